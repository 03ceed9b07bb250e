"""A scripted platform for each test of this room that sends."""

from collections.abc import Iterator

import pytest

from tests.builders.platform import ScriptedPlatform, scripted_platform


@pytest.fixture
def platform(database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedPlatform]:
    with scripted_platform(monkeypatch) as running:
        yield running
