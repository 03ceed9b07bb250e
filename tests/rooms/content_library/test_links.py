"""Tracked links: made once, leading nowhere they may not; what an opening brings: timeline, notice, tag, each once."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from content_library.link_actions import track
from content_library.link_models import LinkVisit, Reader
from content_library.link_queries import list_untold
from content_library.link_rules import seconds_added, short_address, tags_wished
from customers.models import Tag, TagGroup, TimelineEntry
from foundation import clock
from foundation.db import transaction
from foundation.errors import Invalid, NotFound
from jobs import radar_jobs
from jobs.radar_jobs import tell_fresh, tell_missed
from org.models import Staff, StaffStatus
from outbox.models import OutgoingMessage
from tests.builders.links import ADDRESS, make_link, make_link_item
from tests.builders.sop import make_brand, make_follow


def test_the_same_send_is_the_same_link_and_another_is_another(session):
    brand = make_brand(session)
    item = make_link_item(session, brand.headquarters)
    first, again = make_link(session, item, brand.ai, customer_id=1), make_link(session, item, brand.ai, customer_id=1)
    assert first.code == again.code
    assert len({first.code, make_link(session, item, brand.ai).code, make_link(session, item, brand.bo, customer_id=1).code}) == 3
    assert make_link(session, item, brand.ai).code == make_link(session, item, brand.ai).code
    assert short_address("https://gd.example", first.code) == f"https://gd.example/r/{first.code}"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//evil",
        "ftp://x/y",
        "https://",
        "https://a b",
        "https://a/\r\nX: y",
        "https://[::1",
        "http://例..子/",
        "http://example.com:99999999/",
        "https://wecom.qq.com@evil.example/",
    ],
)
def test_nobody_is_led_to_what_is_no_web_address(session, url):
    brand = make_brand(session)
    item = make_link_item(session, brand.headquarters)
    with pytest.raises(Invalid):
        make_link(session, item, brand.ai, url=url)


def test_a_link_is_of_a_version_of_its_item(session):
    brand = make_brand(session)
    item, other = make_link_item(session, brand.headquarters), make_link_item(session, brand.headquarters)
    with pytest.raises(NotFound):
        track(
            session,
            item_id=item.id,
            version_id=other.version_id or 0,
            staff_id=brand.ai.id,
            customer_id=None,
            url=ADDRESS,
            once="",
        )


def test_seconds_never_outrun_the_clock():
    now = clock.now()
    begun = now - timedelta(hours=2)
    assert seconds_added(5, 0, begun, now - timedelta(seconds=5), now) == 5
    assert seconds_added(30, 0, begun, now - timedelta(seconds=2), now) == 2
    assert seconds_added(-9, 0, begun, now - timedelta(seconds=9), now) == 0
    assert seconds_added(999, 0, begun, now - timedelta(hours=1), now) == 30
    assert seconds_added(30, 55, now - timedelta(minutes=1), now - timedelta(seconds=20), now) == 5


def test_a_hundred_reports_in_a_second_add_no_more_than_the_second():
    begun, seconds, last = clock.now(), 0, clock.now()
    for n in range(1, 101):
        at = begun + timedelta(milliseconds=10 * n)
        seconds, last = seconds + seconds_added(30, seconds, begun, last, at), at
    assert seconds == 1


def test_tags_ask_for_corp_tags():
    assert tags_wished(["标签:喜欢长款", "羽绒服", "标签：价格敏感 ", "标签:"]) == ["喜欢长款", "价格敏感"]


def _visit(link_id: int, visitor: str, reader: Reader, at) -> LinkVisit:
    return LinkVisit(link_id=link_id, visitor=visitor * 32, reader=reader, first_at=at, last_at=at, agent="x")


@pytest.fixture
def opened(database, noon):
    """(brand, link, customer id) with a follow, a corp tag the item asks for, and the customer's first opening."""
    with transaction() as session:
        brand = make_brand(session)
        group = TagGroup(name="偏好", platform_id="g")
        session.add(group)
        session.flush()
        session.add(Tag(group_id=group.id, name="喜欢长款", platform_id="t"))
        item = make_link_item(session, brand.headquarters, tags=("标签:喜欢长款",))
        follow = make_follow(session, brand.ai, "wm1")
        link = make_link(session, item, brand.ai, customer_id=follow.customer_id)
        session.add(_visit(link.id, "a", Reader.HERS, clock.now()))
        return brand, link, follow.customer_id


def _kinds() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(TimelineEntry.kind).order_by(TimelineEntry.id)))


def _notices() -> list[str]:
    with transaction() as session:
        rows = session.scalars(select(OutgoingMessage).where(OutgoingMessage.call == "message/send").order_by(OutgoingMessage.id))
        return [row.payload["template_card"]["main_title"]["title"] for row in rows]


def test_an_opening_is_on_the_timeline_and_told_to_the_guide_once(opened):
    assert tell_fresh() == 1
    assert (tell_fresh(), tell_missed()) == (0, 0)
    assert _kinds() == ["opened"]
    assert _notices() == ["wm1打开了您发的内容"]


def test_notices_of_one_link_keep_ten_minutes_between_them_and_readers_do_not_put_them_off(opened):
    _, link, _ = opened
    begun = clock.now()
    tell_fresh()
    for minutes in (4, 8, 12):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            with transaction() as session:
                session.add(_visit(link.id, str(minutes % 10), Reader.HERS, clock.now()))
            tell_fresh()
    assert _kinds().count("opened") == 4
    assert len(_notices()) == 2


def test_the_second_opening_in_a_week_tags_her_by_rule(opened):
    _, link, customer_id = opened
    tell_fresh()
    assert "auto_tagged" not in _kinds()
    with transaction() as session:
        session.add(_visit(link.id, "b", Reader.HERS, clock.now()))
    tell_fresh()
    assert _kinds().count("auto_tagged") == 1
    with transaction() as session:
        entry = session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "auto_tagged")).one()
    assert entry.customer_id == customer_id
    assert entry.facts["add"] == ["喜欢长款"]


def test_forwarded_readers_are_one_line_and_one_notice_a_day_and_give_no_tags(opened):
    _, link, _ = opened
    with transaction() as session:
        session.add_all([_visit(link.id, letter, Reader.FORWARDED, clock.now()) for letter in "cdefg"])
    tell_fresh()
    assert _kinds() == ["opened", "forward_opened"]
    assert _notices() == ["wm1打开了您发的内容", "wm1转发的内容有人看了"]


def test_a_forwarded_reader_nobody_is_told_of_does_not_keep_back_her_own_opening(opened):
    _, link, _ = opened
    begun = clock.now()
    with transaction() as session:
        session.add(_visit(link.id, "c", Reader.FORWARDED, begun))
    tell_fresh()
    for minutes, letter, reader in ((15, "d", Reader.FORWARDED), (20, "e", Reader.HERS)):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            with transaction() as session:
                session.add(_visit(link.id, letter, reader, clock.now()))
            tell_fresh()
    assert _notices() == ["wm1打开了您发的内容", "wm1转发的内容有人看了", "wm1打开了您发的内容"]


def test_who_could_not_be_told_is_told_of_the_next_opening(opened):
    brand, link, _ = opened
    with transaction() as session:
        session.get_one(Staff, brand.ai.id).status = StaffStatus.DEPARTED
    assert tell_fresh() == 1
    with transaction() as session:
        session.get_one(Staff, brand.ai.id).status = StaffStatus.ACTIVE
        session.add(_visit(link.id, "b", Reader.HERS, clock.now()))
    assert tell_fresh() == 1
    assert _notices() == ["wm1打开了您发的内容"]


def test_one_visit_that_fails_is_left_for_later_and_stops_nobody(opened, monkeypatch):
    _, link, _ = opened
    with transaction() as session:
        session.add(_visit(link.id, "b", Reader.FORWARDED, clock.now()))
    told = radar_jobs.opened_card

    def broken(*facts):
        if facts[5] == Reader.HERS:
            raise ValueError("a name no card takes")
        return told(*facts)

    monkeypatch.setattr(radar_jobs, "opened_card", broken)
    assert tell_fresh() == 1
    assert (_kinds(), _notices()) == (["forward_opened"], ["wm1转发的内容有人看了"])
    monkeypatch.undo()
    assert tell_missed() == 1
    assert _notices() == ["wm1转发的内容有人看了", "wm1打开了您发的内容"]


def test_what_another_run_holds_is_passed_over_and_every_page_is_seen(opened, monkeypatch):
    _, link, _ = opened
    monkeypatch.setattr(radar_jobs, "AT_ONCE", 2)
    with transaction() as session:
        session.add_all([_visit(link.id, letter, Reader.FORWARDED, clock.now()) for letter in "bcdef"])
    with transaction() as session:
        held = list_untold(session, clock.now() - timedelta(minutes=5), 1)
        assert tell_fresh() == 5
        assert [one.visit.told_at for one in held] == [None]
    assert tell_fresh() == 1


def test_what_a_stop_left_behind_is_found_by_the_slow_pass(opened):
    with time_machine.travel(clock.now() + timedelta(hours=5), tick=False):
        assert tell_fresh() == 0
        assert tell_missed() == 1
    with transaction() as session:
        assert session.scalar(select(func.count()).where(LinkVisit.told_at.is_(None))) == 0
