"""A corp behind a scripted platform, over real HTTP."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from foundation import clock
from jobs import sync_run
from tests.builders.corp import Corp
from tests.builders.customers import pulled_row
from tests.builders.org import TREE, user_row
from tests.builders.platform import ScriptedPlatform, scripted_platform


@pytest.fixture
def platform(database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedPlatform]:
    monkeypatch.setattr(sync_run, "WAITS", (0.0, 0.0))
    with scripted_platform(monkeypatch) as running:
        yield running


@pytest.fixture
def corp(platform: ScriptedPlatform) -> Corp:
    """Two stores with three guides, one of headquarters, seven follow relations with six customers."""
    day = clock.now() - timedelta(days=30)
    rows = [user_row("wang", 6), user_row("chen", 4, leads=True), user_row("ai", 4), user_row("bo", 5)]
    told = Corp(
        departments=list(TREE),
        users={row["userid"]: row for row in rows},
        follow_users=["ai", "bo", "chen"],
        rows=[
            *(pulled_row(f"wm{number}", "ai", day, tags=["et-会员"]) for number in range(5)),
            pulled_row("wm0", "bo", day),
            pulled_row("wm9", "bo", day),
        ],
        tags=[{"group_id": "g1", "group_name": "等级", "order": 0, "tag": [{"id": "et-会员", "name": "会员", "order": 0}]}],
    )
    told.answer_on(platform)
    return told
