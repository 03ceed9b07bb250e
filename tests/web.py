"""The web app for tests that come through the front door; imported by the conftest of the folders that need it."""

import pytest
from flask import Flask

from app import create_app


@pytest.fixture
def app(database: None) -> Flask:
    """The web app with every door; unknown errors are re-raised in tests, not dressed up."""
    return create_app(testing=True)
