"""The session's cookie: renewed by pages a person opens, never brought back by what runs behind them."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from org.models import Staff
from tests.builders.sop import Brand
from tests.rooms.hq.conftest import Browser

BEHIND = ({"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors"}, {"Sec-Fetch-Mode": "no-cors"})
SignIn = Callable[[Staff], Browser]


@pytest.fixture
def hq(brand: Brand, sign_in: SignIn) -> Browser:
    browser = sign_in(brand.headquarters)
    with browser.client.session_transaction() as cookie:
        cookie.permanent = True
    return browser


def _token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def test_a_page_renews_the_session_and_what_runs_behind_it_does_not(hq: Browser) -> None:
    for opened in ({}, {"Sec-Fetch-Mode": "navigate"}):
        assert "guidedesk=" in hq.client.get("/hq/audit", headers=opened).headers["Set-Cookie"]
    for behind in BEHIND:
        answer = hq.client.get("/hq/audit", headers=behind)
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)


@pytest.mark.parametrize("behind", BEHIND, ids=["htmx", "script", "picture"])
def test_an_answer_that_comes_late_signs_nobody_in_again(app: Flask, hq: Browser, behind: dict[str, str]) -> None:
    late = app.test_client()
    late.set_cookie("guidedesk", hq.client.get_cookie("guidedesk").value)  # type: ignore[union-attr]
    assert hq.client.post("/hq/logout", data={"csrf_token": _token(hq.get("/hq/audit"))}).status_code == 302
    assert "guidedesk" not in " ".join(late.get("/hq/audit", headers=behind).headers.getlist("Set-Cookie"))


def test_a_part_of_a_page_does_not_swallow_the_word_meant_for_the_next(hq: Browser) -> None:
    assert hq.post("/hq/sync", kind="org").status_code == 302
    said = "同步已排队"
    assert said not in hq.get("/hq/audit", headers={"HX-Request": "true"})
    assert said in hq.get("/hq/audit")
    assert said not in hq.get("/hq/audit")
