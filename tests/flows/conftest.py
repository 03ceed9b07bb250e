"""Flows begin at a door of the web app and go as far as the owed message; the road in is worked in the test's own thread."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web import app

__all__ = ["app", "client"]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The platform, or a browser, in front of the door."""
    return app.test_client()
