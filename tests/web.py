"""The web app for tests that come through the front door; imported by the conftest of the folders that need it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from foundation.config import Settings, settings
from org.models import Staff

WECOM = (
    "Mozilla/5.0 (Linux; Android 15; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.6723.86 "
    "Mobile Safari/537.36 wxwork/4.1.36 MicroMessenger/7.0.1 NetType/4G Language/zh"
)
APPS: list[tuple[Settings, Flask]] = []


def signed_in(app: Flask, staff: Staff) -> FlaskClient:
    """A browser in which this person signed in."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["person_id"], cookie["epoch"] = staff.id, staff.epoch
    return client


class WeComVisitor:
    """Somebody signed in who opens pages inside WeCom."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **rest: object) -> TestResponse:
        answer = self.client.get(path, headers={"User-Agent": WECOM}, **rest)  # type: ignore[arg-type]
        # A picture is an open file until it is read; a warning about it is an error here.
        answer.get_data()
        answer.close()
        return answer

    def page(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.text


def shared_app() -> Flask:
    """The app as these settings make it. Joining its three hundred addresses takes longer than most tests: one of a process
    serves all tests with the same settings, which leave it as it is.
    """
    chosen = settings()
    found = next((app for known, app in APPS if known == chosen), None)
    if found is None:
        found = create_app(testing=True)
        APPS.append((chosen, found))
    return found


@pytest.fixture
def app(database: None) -> Flask:
    """The web app with every door; unknown errors are re-raised in tests, not dressed up."""
    return shared_app()
