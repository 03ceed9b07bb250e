"""Callbacks as the platform sends them, sealed with the simulator's own crypto so that our mistakes are not agreed with."""

import os
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from bot import rules
from bot.models import EventStatus, InboundEvent
from foundation import clock
from foundation.config import settings
from org.models import Role, Staff, StaffStatus
from simulator.callbacks.crypto import Envelope
from simulator.callbacks.xml import Fields, render


def envelope(receiver: str = "app", corp_id: str | None = None) -> Envelope:
    """The platform's side of a receiver's seal."""
    chosen = settings()
    token, key = {
        "app": (chosen.wecom_app_token, chosen.wecom_app_aes_key),
        "contacts": (chosen.wecom_contacts_token, chosen.wecom_contacts_aes_key),
    }[receiver]
    return Envelope(token.get_secret_value(), key.get_secret_value(), corp_id or chosen.wecom_corp_id)


def event_xml(event: str, change_type: str = "", *, at: datetime | None = None, sender: str = "sys", **fields: Any) -> str:
    """One event's XML; `fields` are elements by their platform names."""
    head: list[tuple[str, Any]] = [
        ("ToUserName", settings().wecom_corp_id),
        ("FromUserName", sender),
        ("CreateTime", int((at or clock.now()).timestamp())),
        ("MsgType", "event"),
        ("Event", event),
    ]
    if change_type:
        head.append(("ChangeType", change_type))
    return render([*head, *fields.items()])


def text_xml(userid: str, content: str, msgid: int = 1, *, at: datetime | None = None) -> str:
    """A text a member writes to the app."""
    fields: Fields = [
        ("ToUserName", settings().wecom_corp_id), ("FromUserName", userid), ("CreateTime", int((at or clock.now()).timestamp())),
        ("MsgType", "text"), ("Content", content), ("MsgId", msgid), ("AgentID", settings().wecom_agent_id),
    ]  # fmt: skip
    return render(fields)


def sealed(xml: str | bytes, receiver: str = "app", *, corp_id: str | None = None) -> tuple[dict[str, str], bytes]:
    """(query arguments, body) of a callback, freshly signed."""
    seal = envelope(receiver, corp_id)
    encrypted = seal.encrypt(xml.encode() if isinstance(xml, str) else xml, os.urandom(16))
    timestamp, nonce = str(int(clock.now().timestamp())), os.urandom(6).hex()
    signature = seal.sign(timestamp, nonce, encrypted)
    body = f"<xml><ToUserName><![CDATA[x]]></ToUserName><AgentID></AgentID><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}, body.encode()


def deliver(client: FlaskClient, xml: str | bytes, receiver: str = "app") -> TestResponse:
    """Post one event to its door."""
    arguments, body = sealed(xml, receiver)
    return client.post(f"/wecom/callback/{receiver}", query_string=arguments, data=body)


def make_event(session: Session, event: str = "change_external_contact", change_type: str = "", **values: Any) -> InboundEvent:
    """A kept event, as the inbox writes it."""
    now = clock.now()
    body = values.pop("body", {})
    row = InboundEvent(
        **{
            "receiver": "app", "digest": os.urandom(32), "event": event, "change_type": change_type, "body": body,
            "lane": rules.lane_of(body), "status": EventStatus.WAITING, "attempts": 0, "due_at": now,
            "created_at_platform": now, "received_at": now, **values,
        }
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def make_guide(session: Session, userid: str = "lixiaomei", name: str = "李小美") -> Staff:
    """An active guide without a store."""
    guide = Staff(
        userid=userid, name=name, role=Role.GUIDE, status=StaffStatus.ACTIVE, path="1.2.3.", epoch=1, created_at=clock.now()
    )
    session.add(guide)
    session.flush()
    return guide
