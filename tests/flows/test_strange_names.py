"""A nickname of ten thousand characters, emoji and markup: kept whole, cut and harmless wherever it is shown."""

import html
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bot import road
from customers.models import Customer, Follow
from foundation import clock
from foundation.db import transaction
from foundation.text import clean
from jobs import customer_jobs, results
from org.models import Staff
from outbox.models import Lane, OutgoingMessage
from outbox.sender import Sender
from sop.actions import hand_out_care, seed_care_nodes
from sop.models import AnswerKind
from tests.builders.bot import deliver, event_xml, text_xml
from tests.builders.platform import ScriptedPlatform, scripted_platform
from tests.builders.sop import Brand, make_brand, make_copy, make_follow, make_task
from tests.flows.browsers import Visitor, visit

__all__ = ["visit"]

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"});alert(1)//{{7*7}}{导购}${x}"
NAMES = {
    "long": "王" * 10_000,
    "markup": MARKUP,
    "long markup": MARKUP * 120,
    "emoji": ("👩‍👩‍👧‍👦🏳️‍🌈" * 1_000)[:10_000],
    "four bytes": "𠮷𩸽𝕏" * 3_300,
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍" * 400,
    "direction": "\u202egnp.exe\u2066" * 100,
    "blank": " \u200b\u3000\u00a0",
    "empty": "",
    "controls": "a\tb\nc\x1f\x7f",
}
EXTERNAL = "wmSTRANGE0000000000000000000000"
Visits = Callable[[Staff], Visitor]


@pytest.fixture
def platform(database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedPlatform]:
    with scripted_platform(monkeypatch) as running:
        yield running


@pytest.fixture
def brand(app: Flask) -> Brand:
    with transaction() as session:
        seed_care_nodes(session)
        return make_brand(session)


def meet(client: FlaskClient, platform: ScriptedPlatform, brand: Brand, name: str) -> None:
    """She adds the guide a day ago; her profile with that name is pulled."""
    added = clock.now() - clock.days(1)
    fields = {"UserID": "g21a", "ExternalUserID": EXTERNAL, "Name": name.replace("\x1f", "").replace("\x7f", "")}
    assert deliver(client, event_xml("change_external_contact", "add_external_contact", at=added, **fields)).status_code == 200
    road.drain()
    follow = {"userid": "g21a", "createtime": int(added.timestamp()), "tags": [], "remark": name[:20], "add_way": 1}
    platform.always["externalcontact/get"] = {
        "errcode": 0, "errmsg": "ok", "follow_user": [follow],
        "external_contact": {"external_userid": EXTERNAL, "name": name, "type": 1, "gender": 0},
    }  # fmt: skip
    assert customer_jobs.pull_wanted() == 1


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_strange_name_is_kept_whole_and_shown_short_and_safe(
    client: FlaskClient, platform: ScriptedPlatform, brand: Brand, visit: Visits, name: str
) -> None:
    meet(client, platform, brand, name)
    with transaction() as session:
        kept = session.scalars(select(Customer)).one()
        follow = session.scalars(select(Follow)).one()
        assert kept.name == clean(name).strip()
        assert follow.status == "active"
    manager, guide = visit(brand.headquarters), visit(brand.ai)
    hers = f"/hq/customers/{EXTERNAL}"
    pages = {path: manager.page(path) for path in ("/hq/customers", hers, "/hq/inbox", "/hq/", "/hq/audit")}
    pages |= {path: guide.page(path) for path in ("/sidebar/", f"/sidebar/customers/{EXTERNAL}", "/sidebar/care")}
    for path, text in pages.items():
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        assert "\u202e" not in html.unescape(text), path
        longest = max(len(part) for part in html.unescape(re.sub(r"<style>.*?</style>", "", text, flags=re.S)).split("<"))
        assert len(text) < 100_000, f"{path} has {len(text)} characters"
        # Only the customer's own page in the console holds the whole nickname, in a box that scrolls.
        assert longest < 6_000 or path == hers, f"{path} shows {longest} characters in one place"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_strange_name_on_a_card_is_cut_to_what_the_platform_takes(
    client: FlaskClient, platform: ScriptedPlatform, brand: Brand, noon: None, name: str
) -> None:
    meet(client, platform, brand, name)
    word = next((part for part in name.split() if part.strip("\u200b")), "陈")[:8]
    deliver(client, text_xml("g21a", f"客户 {word}", 1))
    deliver(client, text_xml("g21a", name or "空", 2))
    road.drain()
    with transaction() as session:
        hand_out_care(session, clock.today())
    Sender(list(Lane), 1, results.handle).drain()
    with transaction() as session:
        cards = session.scalars(select(OutgoingMessage.payload).where(OutgoingMessage.call == "message/send")).all()
        ended = session.scalars(select(OutgoingMessage.status).where(OutgoingMessage.call == "message/send")).all()
    assert len(cards) >= 2
    assert set(ended) == {"sent"}
    for card in (payload["template_card"] for payload in cards if payload["msgtype"] == "template_card"):
        assert len(card["main_title"].get("title", "")) <= 36
        assert len(card["main_title"].get("desc", "")) <= 44
        assert all(len(row["value"]) <= 30 for row in card.get("horizontal_content_list", []))
        assert all(len(url) <= 2048 for url in [card["card_action"]["url"]])


def test_an_unknown_event_full_of_markup_is_read_safely_in_the_console(client: FlaskClient, brand: Brand, visit: Visits) -> None:
    odd = {"Name": MARKUP, "Long": "长" * 9_000, "Nested": [("A", "😀"), ("B", [("C", MARKUP)])], "UserID": ""}
    assert deliver(client, event_xml("brand_new<event>", "odd&type", **odd)).status_code == 200
    road.drain()
    manager = visit(brand.headquarters)
    listed = manager.page("/hq/inbox")
    assert "<event>" not in listed
    assert "brand_new&lt;event&gt;" in listed
    event = manager.page("/hq/inbox/1")
    assert "<script>alert" not in event
    assert "长" * 9_000 in event, "the event's own page shows it as it came"


BODIES = [
    "[]", "[1]", "5", '"x"', "null", "{", '{"photos": 5}', '{"photos": [null, {}]}', '{"text": {"a": 1}}',
    '{"text": "\\u0000\\ud83d"}',
]  # fmt: skip
DOORS = ("/sidebar/tasks/{task}", "/sidebar/sends", f"/sidebar/customers/{EXTERNAL}/tags", "/sidebar/photos", "/sidebar/care/1/1")


@pytest.mark.parametrize("body", BODIES)
def test_odd_bodies_never_crash_a_page(app: Flask, brand: Brand, visit: Visits, body: str) -> None:
    with transaction() as session:
        task = make_copy(session, make_task(session, brand, answer_kind=AnswerKind.TEXT), brand.ai).id
        make_follow(session, brand.ai, EXTERNAL)
    guide = visit(brand.ai)
    for path in DOORS:
        answer = guide.post_raw(path.format(task=task), body.encode())
        assert answer.status_code < 500, f"{path} {body}: {answer.status_code}"
