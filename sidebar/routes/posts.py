"""The persona calendar on her phone (人设剧本): what to post today and this week, text and pictures ready, follow-up after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from content_library.calendar_actions import mark_followed_up, mark_posted
from content_library.calendar_queries import get_post_of, list_done, posts_between, posts_due
from content_library.calendar_rules import monday_of, time_of
from content_library.models import Item, ItemKind, ItemVersion
from content_library.persona_models import PersonaEntry, PersonaPost
from content_library.persona_queries import persona_of
from content_library.queries import list_items_for, list_versions
from content_library.rules import fill
from foundation import clock
from foundation.db import transaction
from org.models import Staff
from sidebar.routes.door import bp, current_staff, store_name, variables

PICTURED = (ItemKind.IMAGE, ItemKind.LOOK)


@dataclass(frozen=True)
class Row:
    """An entry as she sees it: her name and store in the words, what she can save, what she can send, what she did."""

    entry: PersonaEntry
    time: str
    text: str
    follow_up: str
    pictures: list[Item]
    items: list[Item]
    post: PersonaPost | None


def _rows(session: Session, staff: Staff, entries: Sequence[PersonaEntry], done: dict[int, PersonaPost]) -> list[Row]:
    wanted = sorted({item_id for entry in entries for item_id in entry.item_ids})
    items = {item.id: item for item in list_items_for(session, staff.path, wanted)}
    versions, filled = list_versions(session, list(items.values())), variables(staff, store_name(session, staff))
    pictured = {id_ for id_, item in items.items() if _is_picture(item, versions[id_])}
    return [
        Row(
            entry=entry,
            time=time_of(entry.at_minute),
            text=fill(entry.text, filled),
            follow_up=fill(entry.follow_up, filled),
            pictures=[items[id_] for id_ in entry.item_ids if id_ in pictured],
            items=[items[id_] for id_ in entry.item_ids if id_ in items and id_ not in pictured],
            post=done.get(entry.id),
        )
        for entry in entries
    ]


def _is_picture(item: Item, version: ItemVersion) -> bool:
    return item.kind in PICTURED and bool(version.body.get("blob_key"))


@bp.get("/posts")
def show_posts() -> ResponseReturnValue:
    """Today's posts, those of this week (and of yesterday) she still owes, and what comes next."""
    staff, today = current_staff(), clock.today()
    # Sunday's card is opened on Monday too.
    first = min(monday_of(today), today - timedelta(days=1))
    last = max(monday_of(today) + timedelta(days=6), today + timedelta(days=2))
    with transaction() as session:
        persona = persona_of(session, staff)
        entries = posts_between(session, staff, first, last) if persona else []
        rows = _rows(session, staff, entries, list_done(session, staff, [one.id for one in entries]))
    parts = {
        "now": [row for row in rows if row.entry.on == today],
        "past": [row for row in rows if row.entry.on < today],
        "coming": [row for row in rows if row.entry.on > today],
    }
    return render_template("sidebar/posts.html", persona=persona, today=today, **parts)


def _card(entry_id: int, post: PersonaPost) -> str:
    with transaction() as session:
        staff = current_staff()
        (row,) = _rows(session, staff, [get_post_of(session, staff, entry_id)], {entry_id: post})
        today = clock.today()
        planned = posts_due(session, staff, today)
        posted = list_done(session, staff, [one.id for one in planned])
    facts = {"today": today, "planned": len(planned), "posted": len(posted), "moved": True}
    return render_template("sidebar/posts_answer.html", row=row, **facts)


@bp.post("/posts/<int:entry_id>/posted")
def report_posted(entry_id: int) -> ResponseReturnValue:
    """She posted it; answers with the card, its follow-up in front, and how many of today's are posted."""
    with transaction() as session:
        post = mark_posted(session, current_staff(), entry_id)
    return _card(entry_id, post)


@bp.post("/posts/<int:entry_id>/followed-up")
def report_followed_up(entry_id: int) -> ResponseReturnValue:
    """She added the follow-up comment."""
    with transaction() as session:
        post = mark_followed_up(session, current_staff(), entry_id)
    return _card(entry_id, post)
