"""Changing the address: what is another store's is not there, and the attempt is written down.

The cases are held against the app's own map of addresses: a new route with an object's id and no case here fails.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import EventStatus
from content_library.proposal_actions import propose
from customers.service_actions import plan_step
from customers.service_models import NextStep
from foundation import clock
from foundation.audit import AuditEvent
from foundation.blobs import keep_blob
from foundation.db import transaction
from hq.forms import moment_field
from hq.routes.door import HEADQUARTERS, OPEN, ROLES
from org.models import Staff, SyncRun, SyncStatus
from sop.actions import seed_care_nodes
from sop.models import AnswerKind, AssignmentStatus, CareNode, TaskStatus
from tests.builders.bot import make_event
from tests.builders.content_library import make_category, make_picture, make_poster, make_script
from tests.builders.outbox import make_message
from tests.builders.sop import Brand, make_brand, make_copy, make_follow, make_task
from tests.flows.addresses import BESIDES, CASES, LOCKED, TASK
from tests.flows.browsers import Visitor, visit

__all__ = ["visit"]

Visits = Callable[[Staff], Visitor]


@pytest.fixture
def brand(app: Flask) -> Brand:
    with transaction() as session:
        return make_brand(session)


def things_of(session: Session, brand: Brand, userid: str) -> dict[str, object]:
    """One guide's customer, tasks of her store, content of her region."""
    owner, hq = brand.guides[userid], brand.headquarters
    place = {"department_id": owner.department_id or 0, "path": owner.path}
    asked = make_task(session, brand, answer_kind=AnswerKind.PHOTO, **place)
    answer = make_copy(session, asked, owner, status=AssignmentStatus.DONE, done_at=clock.now())
    answer.answer_photos = [keep_blob(b"\xff\xd8\xff\xe0 a photo")]
    follow = make_follow(session, owner, f"wm-{userid}", days_ago=1)
    own_region = owner.path[:4]
    script = make_script(session, hq, title=f"尺码 {userid}", path=own_region)
    picture = make_picture(session, hq, path=own_region)
    poster = make_poster(session, hq)
    common = make_poster(session, hq, title="全国海报")
    poster.path = own_region
    proposed = propose(session, owner, "一张图", [], keep_blob(b"\xff\xd8\xff\xe0 a picture"), "", f"once-{userid}")
    plan_step(session, owner, follow.customer_id, "到货通知她", clock.now() + timedelta(days=1), f"once-{userid}")
    return {
        "step": session.scalars(select(NextStep.id).where(NextStep.staff_id == owner.id)).one(), "proposal": proposed.id,
        "yes": True, "soon": (clock.now() + timedelta(days=1)).timestamp() * 1000,
        "task": asked.id, "answer": answer.id, "copy": make_copy(session, make_task(session, brand, **place), owner).id,
        "draft": make_task(session, brand, status=TaskStatus.DRAFT, **place).id, "customer": f"wm-{userid}",
        "follow": follow.id, "node": session.scalars(select(CareNode.id).where(CareNode.day == 1)).one(),
        "picture": picture.id, "picture_version": picture.version_id, "script": script.id, "version": script.version_id,
        "poster": poster.id, "common": common.id,
        "store": owner.store_id, "department": owner.department_id,
        "later": moment_field(clock.now() + timedelta(days=1)),
    }  # fmt: skip


@pytest.fixture
def owned(brand: Brand) -> dict[str, dict[str, object]]:
    """userid → her things."""
    with transaction() as session:
        seed_care_nodes(session)
        return {userid: things_of(session, brand, userid) for userid in ("g21a", "g21b", "g22a", "g31a")}


def person(brand: Brand, userid: str) -> Staff:
    return {"east": brand.east, "m21": brand.manager}.get(userid) or brand.guides[userid]


def written_down(staff: Staff) -> list[str]:
    with transaction() as session:
        found = select(AuditEvent.subject).where(AuditEvent.actor == f"staff:{staff.id}", AuditEvent.action.like("%.not_found"))
        return list(session.scalars(found))


def test_every_address_with_an_id_has_its_case(app: Flask) -> None:
    with_id = {
        rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments and rule.endpoint.startswith(("hq.", "sidebar."))
    }
    assert with_id - {f"hq.{name}" for name in OPEN} - {"hq.static", "sidebar.static"} == set(CASES) | set(LOCKED)
    assert all(ROLES[name.removeprefix("hq.")] == HEADQUARTERS for name in LOCKED)


@pytest.mark.parametrize("name", [*CASES, *BESIDES])
def test_what_is_anothers_is_not_found_and_the_attempt_is_audited(
    name: str, brand: Brand, owned: dict[str, dict[str, object]], visit: Visits
) -> None:
    case = (CASES | BESIDES)[name]
    staff = person(brand, case.viewer)
    visitor = visit(staff)
    for other in case.others:
        path, status = case.ask(visitor, owned[other])
        assert status == 404, f"{case.viewer} → {path} of {other}"
        assert written_down(staff)[-1] == path.split("?")[0]
    attempts = len(written_down(staff))
    path, status = case.ask(visitor, owned[case.own])
    assert status in {200, 201, 202, 302, 409, 422}, f"her own {path}: {status}"
    assert len(written_down(staff)) == attempts


def test_an_id_that_nobody_has_is_not_found_either(brand: Brand, owned: dict[str, dict[str, object]], visit: Visits) -> None:
    visitors = {userid: visit(person(brand, userid)) for userid in {case.viewer for case in CASES.values()}}
    for name, case in CASES.items():
        mine = owned[case.own]
        numbers = {key: 10**30 if isinstance(value, int) else value for key, value in mine.items()}
        _, status = case.ask(visitors[case.viewer], numbers | {"customer": "wmNobody", "later": mine["later"]})
        assert status in {404, 405}, name


def test_a_locked_page_says_the_same_of_what_is_there_and_what_is_not(brand: Brand, visit: Visits) -> None:
    with transaction() as session:
        seed_care_nodes(session)
        run = SyncRun(kind="org", status=SyncStatus.DONE, cursor={}, done=1, report={}, asked_by="x", created_at=clock.now())
        session.add(run)
        ids = {
            "node": session.scalars(select(CareNode.id)).first(), "message": make_message(session).id, "staff": brand.ai.id,
            "event": make_event(session, status=EventStatus.SET_ASIDE).id,
            "item": make_script(session, brand.headquarters).id, "shelf": make_category(session).id,
        }  # fmt: skip
        session.flush()
        ids["run"] = run.id
    missing = dict.fromkeys(ids, 987_654)
    for viewer in (brand.east, brand.manager):
        visitor = visit(viewer)
        for name, path in LOCKED.items():
            rule = next(rule for rule in visitor.client.application.url_map.iter_rules() if rule.endpoint == name)
            ask = visitor.get if "GET" in (rule.methods or ()) else visitor.post
            there, gone = ask(path.format(**ids)), ask(path.format(**missing))
            assert (there.status_code, gone.status_code) == (403, 403), path


def test_a_form_does_not_tell_the_title_of_another_regions_content(
    brand: Brand, owned: dict[str, dict[str, object]], visit: Visits
) -> None:
    with transaction() as session:
        secret = make_script(session, brand.headquarters, title="华北内部价", path="1.3.")
    body = {k: str(v).format(**owned["g21a"]) for k, v in TASK.items()} | {"item_id": str(secret.id)}
    answer = visit(brand.east).post("/hq/tasks/new", body)
    assert answer.status_code == 422
    assert 'id="item_id-problem"' in answer.text
    assert "华北内部价" not in answer.text


def test_lists_hold_only_what_is_hers(brand: Brand, owned: dict[str, dict[str, object]], visit: Visits) -> None:
    seen = {
        "m21": ["/hq/customers", "/hq/tasks", "/hq/content", "/hq/organisation", "/hq/board", "/hq/"],
        "g21a": [
            "/sidebar/",
            "/sidebar/tasks",
            "/sidebar/care",
            "/sidebar/scripts",
            "/sidebar/board",
            "/sidebar/mine",
            "/sidebar/materials",
            "/sidebar/proposals",
            "/sidebar/me/today",
        ],
    }
    for viewer, paths in seen.items():
        visitor = visit(person(brand, viewer))
        for path in paths:
            text = visitor.page(path)
            assert "wm-g31a" not in text, path
            assert "尺码 g31a" not in text, path
            assert "G31A" not in text, path


@pytest.mark.parametrize("value", ["%00", "%27%22%3E", "9" * 30, "-1", "%F0%9F%98%80", "a" * 3000])
def test_odd_addresses_never_crash_a_page(
    value: str, app: Flask, brand: Brand, owned: dict[str, dict[str, object]], visit: Visits
) -> None:
    visitors = {"hq": visit(brand.headquarters), "sidebar": visit(brand.ai)}
    names = (
        "q",
        "after",
        "before",
        "c",
        "department_id",
        "store_id",
        "status",
        "level",
        "period",
        "category_id",
        "category",
        "persona",
        "kind",
        "validity",
        "tag",
        "department",
        "with",
        "kept",
        "actor",
        "subject",
    )
    query = "&".join(f"{name}={value}" for name in names)
    for rule in app.url_map.iter_rules():
        door = rule.endpoint.split(".")[0]
        if (
            door in visitors
            and "GET" in (rule.methods or ())
            and "login" not in rule.rule
            and not rule.endpoint.endswith("static")
        ):
            _, path = rule.build(dict.fromkeys(rule.arguments, 1)) or ("", "")
            answer = visitors[door].get(f"{path}?{query}")
            assert answer.status_code < 500, f"{path}?{query}"
    for path in (f"/hq/customers/{value}", f"/sidebar/customers/{value}"):
        assert visitors[path.split("/")[1]].get(path).status_code in {400, 404}
