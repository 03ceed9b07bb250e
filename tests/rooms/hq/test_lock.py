"""Nobody passes the console's door without a living session and a role that may."""

import pytest
import structlog
from flask import Flask

from foundation.audit import AuditEvent
from foundation.db import transaction
from hq.routes.door import HEADQUARTERS, MANAGERS, OPEN, ROLES
from org.models import Role, Staff, StaffStatus

PAGES = [
    "/hq/", "/hq/tasks", "/hq/tasks/new", "/hq/care", "/hq/care/new", "/hq/board", "/hq/content", "/hq/content/new",
    "/hq/content/figures", "/hq/content/import", "/hq/content/files", "/hq/contributions",
    "/hq/customers", "/hq/organisation", "/hq/codes", "/hq/connection", "/hq/sync", "/hq/outbox", "/hq/inbox", "/hq/audit",
]  # fmt: skip


def _rules(app: Flask):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("hq.")]


def test_every_route_of_the_console_names_its_roles(app):
    names = {rule.endpoint.removeprefix("hq.") for rule in _rules(app)}
    assert len(names) > 30
    assert names - OPEN == set(ROLES)
    assert all(roles and roles <= MANAGERS for roles in ROLES.values())


def test_every_route_turns_a_stranger_to_the_sign_in_page(app):
    client = app.test_client()
    for rule in _rules(app):
        if rule.endpoint.removeprefix("hq.") in OPEN or "GET" not in rule.methods:
            continue
        path = rule.build(dict.fromkeys(rule.arguments, 1))[1]
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert "/hq/login?next=" in answer.location


def test_every_change_is_refused_without_a_csrf_token(app, brand, sign_in):
    browser = sign_in(brand.headquarters)
    for rule in _rules(app):
        if "POST" in rule.methods:
            path = rule.build(dict.fromkeys(rule.arguments, 1))[1]
            assert browser.client.post(path).status_code == 400, path


def test_headquarters_opens_every_page_of_an_almost_empty_brand(brand, sign_in):
    for path in PAGES:
        assert "导购台" in sign_in(brand.headquarters).get(path)


def test_other_managers_open_what_their_role_may_and_nothing_else(brand, sign_in, app):
    for path in PAGES:
        endpoint = app.url_map.bind("x").match(path)[0].removeprefix("hq.")
        for staff in (brand.east, brand.manager):
            assert sign_in(staff).status(path) == (200 if staff.role in ROLES[endpoint] else 403), path


def test_system_pages_are_headquarters_only():
    for name in ("show_connection", "show_sync", "show_outbox", "show_inbox", "show_audit", "change_role", "resend_kind"):
        assert ROLES[name] == HEADQUARTERS


def test_a_guide_is_kindly_shown_to_the_sidebar(brand, sign_in):
    answer = sign_in(brand.ai).client.get("/hq/tasks")
    assert answer.status_code == 403
    assert "/sidebar/" in answer.text


@pytest.mark.parametrize("change", [{"epoch": 9}, {"status": StaffStatus.DEPARTED}, {"status": StaffStatus.DISABLED}])
def test_a_session_ends_when_it_is_ended_or_its_person_leaves(brand, sign_in, change):
    browser = sign_in(brand.headquarters)
    assert browser.status("/hq/") == 200
    with transaction() as session:
        staff = session.get_one(Staff, brand.headquarters.id)
        for name, value in change.items():
            setattr(staff, name, value)
    assert browser.status("/hq/") == 302


def test_a_role_taken_away_closes_the_page_at_once(brand, sign_in):
    browser = sign_in(brand.headquarters)
    with transaction() as session:
        session.get_one(Staff, brand.headquarters.id).role = Role.STORE_MANAGER
    assert browser.status("/hq/outbox") == 403


def test_a_fragment_of_an_ended_session_sends_its_page_to_sign_in(app):
    answer = app.test_client().get("/hq/tasks/1/progress", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/hq/login")


def test_something_of_another_subtree_is_not_found_and_leaves_a_trace(brand, sign_in):
    assert sign_in(brand.east).status("/hq/organisation?department_id=3") == 404
    with transaction() as session:
        deeds = session.query(AuditEvent).filter_by(action="hq.not_found").all()
    assert [(deed.actor, deed.subject) for deed in deeds] == [(f"staff:{brand.east.id}", "/hq/organisation")]


def test_what_is_refused_for_its_token_is_its_own_request_in_the_log(app, brand, sign_in):
    browser = sign_in(brand.headquarters)
    before = browser.client.get("/hq/board").headers["X-Request-Id"]
    refused = browser.client.post("/hq/content/categories", data={})
    assert refused.status_code == 400
    assert refused.headers["X-Request-Id"] not in ("", before)
    assert structlog.contextvars.get_contextvars()["request_id"] == refused.headers["X-Request-Id"]
