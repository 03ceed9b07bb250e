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
from customers.closet import add_item
from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep
from customers.models import TagGroup
from customers.profile_actions import seed_profile_fields
from customers.profile_models import ClosetItem, ProfileField
from customers.service_actions import plan_step
from customers.service_models import NextStep
from customers.tag_models import CustomerBatch, TagMark
from customers.tag_rule_actions import save_rule
from customers.tag_rules import RuleDraft
from customers.tagging import tag_customer
from foundation import clock
from foundation.blobs import keep_blob
from hq.forms import moment_field
from org.models import Staff, SyncRun, SyncStatus
from segments.exporting import export_path
from segments.models import RunStatus, Segment, SegmentExport, SegmentKind, SegmentRun
from segments.views import save_view
from sop.models import AnswerKind, AssignmentStatus, CareNode, TaskStatus
from tests.builders.content_library import POSTER, make_picture, make_poster, make_script
from tests.builders.customers import make_tags
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
        **_voice(session, brand, owner), **_chosen(session, brand, owner), **_segments(session, brand, owner),
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
        "customer": f"wm-{owner.userid}", "follow": follow.id, **_hers(session, owner, follow.customer_id),
        **_given(session, owner, follow.customer_id), **_moving(session, owner, follow.customer_id),
        "step": session.scalars(select(NextStep.id).where(NextStep.staff_id == owner.id)).one(),
        "node": session.scalars(select(CareNode.id).where(CareNode.day == 1)).one(),
    }  # fmt: skip


def _hers(session: Session, owner: Staff, customer_id: int) -> dict[str, object]:
    """A wish in her closet, and a question of the brand's; its number stands in a form, not in the address."""
    seed_profile_fields(session)
    add_item(session, owner, customer_id, "羊毛围巾", wished=True, once=f"wish-{owner.userid}")
    wish = session.scalars(select(ClosetItem.id).where(ClosetItem.customer_id == customer_id)).one()
    field = session.scalars(select(ProfileField.id).where(ProfileField.key == "city")).one()
    return {"closet": wish, "field": str(field)}


def _moving(session: Session, owner: Staff, customer_id: int) -> dict[str, object]:
    """A handover still being arranged, and one that is done."""
    found = []
    for status, step in ((HandoverStatus.READY, HandoverStep.PROPOSED), (HandoverStatus.DONE, HandoverStep.TAKEN)):
        handover = Handover(from_id=owner.id, departed=False, status=status, staff_id=owner.id, created_at=clock.now())
        session.add(handover)
        session.flush()
        session.add(HandoverCustomer(handover_id=handover.id, customer_id=customer_id, to_id=owner.id, step=step, fit={}))
        found.append(handover.id)
    session.flush()
    return {"handover": found[0], "handed": found[1]}


def _given(session: Session, owner: Staff, customer_id: int) -> dict[str, object]:
    tag = make_tags(session, f"标签 {owner.userid}", group=f"组 {owner.userid}")[0]
    tag_customer(session, owner, customer_id, add=[tag.id], by="guide")
    mark = session.scalars(select(TagMark.id).where(TagMark.customer_id == customer_id)).one()
    group = TagGroup(name="品牌的组", platform_id=f"etg-{owner.userid}")
    session.add(group)
    session.flush()
    return {"mark": mark, "tag_group": group.id}


def a_tag(session: Session, brand: Brand) -> dict[str, object]:
    """A tag in its group, and a rule that gives it."""
    tag = make_tags(session, "高客单")[0]
    rule = save_rule(session, brand.headquarters, RuleDraft("看过", tag.id, "open"))
    return {"tag": tag.id, "tag_group": tag.group_id, "tag_rule": rule.id}


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


def _segments(session: Session, brand: Brand, owner: Staff) -> dict[str, object]:
    """A segment of her store, a list frozen of it, and a file that the manager of her region took out."""
    taker = brand.east if owner.path.startswith(brand.east.path) else brand.headquarters
    now = clock.now()
    segment = Segment(
        name=f"{owner.userid} 的人群",
        kind=SegmentKind.RULE,
        rule={},
        path=owner.path,
        staff_id=owner.id,
        created_at=now,
        changed_at=now,
    )
    session.add(segment)
    session.flush()
    run = SegmentRun(
        segment_id=segment.id,
        rule={},
        path=owner.path,
        status=RunStatus.DONE,
        count=0,
        created_at=now,
        once=f"run-{owner.userid}",
    )
    export = SegmentExport(
        segment_id=segment.id, path=taker.path, staff_id=taker.id, form="csv", why="核对", status=RunStatus.DONE, created_at=now,
        once=f"export-{owner.userid}",
    )  # fmt: skip
    session.add_all([run, export])
    session.flush()
    export_path(export).parent.mkdir(parents=True, exist_ok=True)
    export_path(export).write_text("外部联系人ID", encoding="utf-8")
    return {"segment": segment.id, "segment_run": run.id, "export": export.id}


def _chosen(session: Session, brand: Brand, owner: Staff) -> dict[str, object]:
    """A batch of hers, and a view of her store's manager where that is the one who asks."""
    asker = brand.manager if brand.manager.store_id == owner.store_id and owner.userid.endswith("a") else owner
    view = save_view(session, asker, "我的视图", {}, [], shared=False)
    batch = CustomerBatch(
        kind="consent", who={"customers": [1]}, deed={"consent": "all"}, staff_id=owner.id, created_at=clock.now(),
        once=f"once-{owner.userid}",
    )  # fmt: skip
    session.add(batch)
    session.flush()
    return {"view": view.id, "batch": batch.id}


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
