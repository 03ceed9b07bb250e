"""What was given up says so where somebody looks for it, and a long name keeps to its line."""

import pytest
from playwright.sync_api import expect

from customers.batches import note_trouble, start_batch
from foundation.db import transaction
from foundation.trying import MOST_TRIES
from org.models import Staff
from segments.actions import Draft, freeze, note_freeze_trouble, save_segment
from segments.exporting import ask_export, note_export_trouble
from segments.models import SegmentKind
from tests.browser_hq.conftest import Console

pytestmark = pytest.mark.browser
LONG = "双十一买过羽绒服、很久没来的老顾客（华东大区和华北大区）"
WIDTHS = ((360, 740), (1440, 900))


@pytest.fixture
def given_up(people: dict[str, Staff]) -> tuple[int, int]:
    """A segment and a batch: the segment's list and its export, and the batch, were given up."""
    boss = people["hq_wangmin"]
    with transaction() as session:
        segment = save_segment(session, boss, Draft(name=LONG, kind=SegmentKind.RULE))
        run = freeze(session, boss, segment.id, "a")
        export = ask_export(session, boss, segment.id, "csv", "核对双十一短信名单", "b")
        batch = start_batch(session, boss, "consent", {"customers": [1]}, {"consent": "none"}, "c")
        for _ in range(MOST_TRIES):
            note_freeze_trouble(session, run.id)
            note_export_trouble(session, export.id)
            note_trouble(session, batch.id)
        return segment.id, batch.id


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_what_was_given_up_is_told(console: Console, given_up: tuple[int, int], width: int, height: int) -> None:
    segment_id, batch_id = given_up
    console.page.set_viewport_size({"width": width, "height": height})
    for path in (f"/hq/segments/{segment_id}", f"/hq/segments/{segment_id}/export", f"/hq/batches/{batch_id}"):
        console.open(path)
        expect(console.page.get_by_text(f"连续出错 {MOST_TRIES} 次，已停止")).to_be_visible()
        assert console.width_beyond_screen() == 0
    assert console.complaints == []


def test_the_way_back_to_a_long_name_does_not_run_into_the_title(console: Console, given_up: tuple[int, int]) -> None:
    console.page.set_viewport_size({"width": 360, "height": 740})
    console.open(f"/hq/segments/{given_up[0]}/export")
    words = console.page.locator(".back-link span").bounding_box()
    title = console.page.get_by_role("heading", name="导出名单").bounding_box()
    assert words
    assert title
    assert words["y"] + words["height"] <= title["y"]
