"""/_control/appchats: the group chats apps made for members, and what was sent there."""

import dataclasses

from flask import Blueprint, Response, request

from simulator.control.answer import LOG, answer, number, refuse, world

bp = Blueprint("appchats", __name__, url_prefix="/_control")


@bp.get("/appchats")
def list_appchats() -> Response:
    """All of them, or with userid= those she is in; without their messages."""
    userid = request.args.get("userid", "").lower()
    with world().lock:
        rows = [
            {"chatid": each.chatid, "name": each.name, "owner": each.owner, "userlist": each.userlist,
             "maker": each.maker, "messages": len(each.messages)}
            for each in world().state.appchats.by_id.values()
            if not userid or userid in (member.lower() for member in each.userlist)
        ]  # fmt: skip
    return answer({"appchats": rows})


@bp.get("/appchats/<chatid>")
def show_appchat(chatid: str) -> Response:
    """One chat with its newest `limit` messages; `missed` names members over their own limit."""
    limit = number("limit", LOG)
    with world().lock:
        chat = world().state.appchats.by_id.get(chatid)
        if chat is None:
            return refuse(f"there is no chat {chatid} made by an app", 404)
        shown = dataclasses.asdict(chat)
    return answer(shown | {"messages": shown["messages"][-limit:] if limit else []})
