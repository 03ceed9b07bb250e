"""Everything with an id that belongs to one guide, her store or her region, made for the tests of changed addresses."""

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from content_library.actions import publish_item, save_item
from content_library.models import ItemKind
from content_library.persona_actions import assign
from content_library.persona_models import WatchedWord
from content_library.persona_rules import HolderKind
from content_library.proposal_actions import propose
from content_library.word_actions import save_word
from customers.service_actions import plan_step
from customers.service_models import NextStep
from foundation import clock
from foundation.blobs import keep_blob
from hq.forms import moment_field
from org.models import Staff, SyncRun, SyncStatus
from sop.models import AnswerKind, AssignmentStatus, CareNode, TaskStatus
from tests.builders.content_library import POSTER, make_picture, make_poster, make_script
from tests.builders.personas import make_entry, make_persona
from tests.builders.sop import Brand, make_copy, make_follow, make_task

PHOTO = b"\xff\xd8\xff\xe0 a photo"


def things_of(session: Session, brand: Brand, userid: str) -> dict[str, object]:
    """One guide's customer, tasks of her store, content of her region, her persona and its calendar."""
    owner = brand.guides[userid]
    return {
        "yes": True, "soon": (clock.now() + timedelta(days=1)).timestamp() * 1000,
        "later": moment_field(clock.now() + timedelta(days=1)),
        "guide": owner.id, "store": owner.store_id, "department": owner.department_id,
        "region": int(owner.path.split(".")[1]),
        **_tasks(session, brand, owner), **_customer(session, owner), **_content(session, brand, owner),
        **_voice(session, brand, owner),
    }  # fmt: skip


def _tasks(session: Session, brand: Brand, owner: Staff) -> dict[str, object]:
    place = {"department_id": owner.department_id or 0, "path": owner.path}
    asked = make_task(session, brand, answer_kind=AnswerKind.PHOTO, **place)
    answer = make_copy(session, asked, owner, status=AssignmentStatus.DONE, done_at=clock.now())
    answer.answer_photos = [keep_blob(PHOTO)]
    return {
        "task": asked.id, "answer": answer.id, "copy": make_copy(session, make_task(session, brand, **place), owner).id,
        "draft": make_task(session, brand, status=TaskStatus.DRAFT, **place).id,
    }  # fmt: skip


def _customer(session: Session, owner: Staff) -> dict[str, object]:
    follow = make_follow(session, owner, f"wm-{owner.userid}", days_ago=1)
    plan_step(session, owner, follow.customer_id, "到货通知她", clock.now() + timedelta(days=1), f"once-{owner.userid}")
    return {
        "customer": f"wm-{owner.userid}", "follow": follow.id,
        "step": session.scalars(select(NextStep.id).where(NextStep.staff_id == owner.id)).one(),
        "node": session.scalars(select(CareNode.id).where(CareNode.day == 1)).one(),
    }  # fmt: skip


def _content(session: Session, brand: Brand, owner: Staff) -> dict[str, object]:
    hq, own_region = brand.headquarters, owner.path[:4]
    script = make_script(session, hq, title=f"尺码 {owner.userid}", path=own_region)
    picture = make_picture(session, hq, path=own_region)
    link = save_item(session, hq, ItemKind.LINK, "新品", {"url": "https://example.com/", "desc": ""}, path=own_region)
    proposed = propose(session, owner, "一张图", [], keep_blob(PHOTO), "", f"once-{owner.userid}")
    return {
        "script": script.id, "version": script.version_id, "picture": picture.id, "picture_version": picture.version_id,
        "poster": make_poster(session, hq, path=own_region).id,
        "common": make_poster(session, hq, title="全国海报").id, "layout": json.dumps(POSTER),
        "proposal": proposed.id, "link": publish_item(session, hq, link.id).id,
    }  # fmt: skip


def _voice(session: Session, brand: Brand, owner: Staff) -> dict[str, object]:
    persona = make_persona(session, f"{owner.userid} 的人设")
    holder = assign(session, brand.headquarters, persona.id, HolderKind.GUIDE, owner.id)
    return {"persona": persona.id, "holder": holder.id, "entry": make_entry(session, persona, clock.today()).id}


def a_run(session: Session) -> int:
    """A sync that is over."""
    run = SyncRun(kind="org", status=SyncStatus.DONE, cursor={}, done=1, report={}, asked_by="x", created_at=clock.now())
    session.add(run)
    session.flush()
    return run.id


def a_word(session: Session, brand: Brand) -> int:
    """A watched word."""
    save_word(session, brand.headquarters, "全网最低", "brand", "我们不比价")
    return session.scalars(select(WatchedWord.id).where(WatchedWord.word == "全网最低")).one()
