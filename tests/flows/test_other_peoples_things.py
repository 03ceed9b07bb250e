"""Changing the address: what is another store's is not there, and the attempt is written down.

The cases are held against the app's own map of addresses: a new route with an object's id and no case here fails.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from bot.models import EventStatus
from content_library.actions import archive_item
from customers.person_requests import ask_for_data
from foundation import clock
from foundation.audit import AuditEvent
from foundation.blobs import keep_blob
from foundation.db import transaction
from hq.routes.door import HEADQUARTERS, OPEN, REGIONAL, ROLES
from org.models import Staff
from sidebar.messages import shared_picture
from sop.actions import seed_care_nodes
from sop.models import CareNode
from tests.builders.bot import make_event
from tests.builders.content_library import make_category, make_script
from tests.builders.outbox import make_message
from tests.builders.personas import make_entry, make_persona
from tests.builders.sop import Brand, make_brand, make_follow
from tests.flows.addresses import BESIDES, CASES, LOCKED, SHARED, SIGNED, TASK
from tests.flows.browsers import Visitor, visit
from tests.flows.things import PHOTO, a_run, a_tag, a_word, things_of

__all__ = ["visit"]

Visits = Callable[[Staff], Visitor]


@pytest.fixture
def brand(app: Flask) -> Brand:
    with transaction() as session:
        return make_brand(session)


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
    assert (
        with_id - {f"hq.{name}" for name in OPEN} - {"hq.static", "sidebar.static"}
        == set(CASES) | set(LOCKED) | set(SHARED) | SIGNED
    )
    assert all(ROLES[name.removeprefix("hq.")] == HEADQUARTERS for name in LOCKED)
    assert all(ROLES[name.removeprefix("hq.")] >= REGIONAL for name in SHARED)


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
        numbers = {key: 10**30 if type(value) is int else value for key, value in mine.items()}
        _, status = case.ask(visitors[case.viewer], numbers | {"customer": "wmNobody", "later": mine["later"]})
        assert status in {404, 405}, name


def test_a_locked_page_says_the_same_of_what_is_there_and_what_is_not(brand: Brand, visit: Visits) -> None:
    with transaction() as session:
        seed_care_nodes(session)
        persona = make_persona(session)
        ids = {
            "node": session.scalars(select(CareNode.id)).first(), "message": make_message(session).id, "staff": brand.ai.id,
            "event": make_event(session, status=EventStatus.SET_ASIDE).id,
            "item": make_script(session, brand.headquarters).id, "shelf": make_category(session).id,
            "run": a_run(session), "word": a_word(session, brand), "persona": persona.id,
            "entry": make_entry(session, persona, clock.today()).id, **a_tag(session, brand),
            "customer": make_follow(session, brand.ai, "wm-there").customer_id,
            "request": ask_for_data(session, brand.headquarters, "wm-there", "copy", "会员卡", "once-there").id,
        }  # fmt: skip
    missing = dict.fromkeys(ids, 987_654)
    for viewer in (brand.east, brand.manager):
        visitor = visit(viewer)
        for name, path in LOCKED.items():
            rule = next(rule for rule in visitor.client.application.url_map.iter_rules() if rule.endpoint == name)
            ask = visitor.get if "GET" in (rule.methods or ()) else visitor.post
            there, gone = ask(path.format(**ids)), ask(path.format(**missing))
            assert (there.status_code, gone.status_code) == (403, 403), path


def test_the_brands_own_voice_is_read_by_every_manager_and_tells_only_of_her_people(
    brand: Brand, owned: dict[str, dict[str, object]], visit: Visits
) -> None:
    theirs = owned["g31a"]
    for name, (path, viewer) in SHARED.items():
        visitor = visit(person(brand, viewer))
        text = visitor.page(path.format(**theirs))
        assert "G31A" not in text, name
        gone = theirs | {"persona": 987_654, "entry": 987_654, "tag_group": 987_654}
        assert visitor.get(path.format(**gone)).status_code == 404, name
        assert visit(brand.far).get(path.format(**theirs)).status_code == 403, name


def test_a_shared_picture_is_open_only_by_the_address_we_signed(app: Flask, brand: Brand) -> None:
    key = keep_blob(PHOTO)
    with transaction() as session:
        item = make_script(session, brand.headquarters)
    with app.test_request_context():
        path = urlsplit(shared_picture(item.id, key)).path
    stranger = app.test_client()
    for changed in (f"{path}x", f"/sidebar/shared/{key}", path.replace(path[-4:], "AAAA")):
        assert stranger.get(changed).status_code == 404, changed
    with stranger.get(path) as answer:
        assert answer.status_code == 200
    with transaction() as session:
        archive_item(session, brand.headquarters, item.id)
    assert stranger.get(path).status_code == 404, "what was taken down is no longer shown"


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
