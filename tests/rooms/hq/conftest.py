"""The console through its front door: the whole app, a committed brand, and browsers already signed in."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from foundation.db import transaction
from org.models import Staff
from tests.builders.sop import Brand, make_brand
from tests.web import shared_app, signed_in


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        return make_brand(session)


@pytest.fixture
def app(database: None) -> Flask:
    return shared_app()


class Browser:
    """A signed-in browser: it reads the CSRF token of a page before it posts, as a page's form does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **rest: object) -> str:
        """The text of a page that must be there."""
        answer = self.client.get(path, **rest)  # type: ignore[arg-type]
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:400]}"
        return answer.text

    def status(self, path: str) -> int:
        return self.client.get(path).status_code

    def post(self, path: str, **form: str):  # type: ignore[no-untyped-def]
        page = self.client.get("/hq/board").text
        token = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert token is not None
        return self.client.post(path, data={"csrf_token": token.group(1), **form})


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Staff], Browser]:
    return lambda staff: Browser(signed_in(app, staff))
