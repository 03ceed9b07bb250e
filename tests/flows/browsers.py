"""Signed-in visitors: a console in a browser, a guide's WeCom. Each takes its CSRF token from a page, as its script does."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from org.models import Staff
from tests.web import WECOM, WeComVisitor, signed_in

TOKEN = re.compile(r'name="(?:csrf-token|csrf)" content="([^"]+)"')
OPENED = {"hq": "/hq/board", "sidebar": "/sidebar/tasks"}


class Visitor(WeComVisitor):
    """One signed-in person in front of both doors."""

    def __init__(self, client: FlaskClient, staff: Staff) -> None:
        super().__init__(client)
        self.staff = staff
        self._tokens: dict[str, str] = {}

    def post(self, path: str, form: dict[str, object] | None = None, *, json: object = None) -> TestResponse:
        """A form of the console, or the JSON of a guide's page when `json` is given."""
        headers = {"User-Agent": WECOM, "X-CSRFToken": self._token(path.split("/")[1])}
        if json is not None:
            return self.client.post(path, json=json, headers=headers)
        return self.client.post(path, data=form or {}, headers=headers)

    def post_raw(self, path: str, body: bytes) -> TestResponse:
        """A body that says it is JSON, whatever it is."""
        headers = {"User-Agent": WECOM, "X-CSRFToken": self._token(path.split("/")[1]), "Content-Type": "application/json"}
        return self.client.post(path, data=body, headers=headers)

    def _token(self, door: str) -> str:
        if door not in self._tokens:
            found = TOKEN.search(self.page(OPENED[door]))
            assert found, "a page without its token"
            self._tokens[door] = found.group(1)
        return self._tokens[door]


@pytest.fixture
def visit(app: Flask) -> Callable[[Staff], Visitor]:
    """`visit(staff)` is that person, signed in."""

    def signed(staff: Staff) -> Visitor:
        return Visitor(signed_in(app, staff), staff)

    return signed
