"""What works: counted from sends and visits, kept to the viewer's subtree, in a bounded number of statements."""

from datetime import timedelta

from content_library.actions import record_send
from content_library.item_figures import Asked, figures_of, list_most_sent, note_miss
from content_library.library_trends import by_day, list_ageing, list_gaps
from content_library.link_models import LinkVisit, Reader
from content_library.models import ItemVersion
from foundation import clock
from tests.builders.content_library import make_script
from tests.builders.links import make_link, make_link_item
from tests.builders.sop import make_brand


def _send(session, item, guide, customer_id, *, days_ago=0):
    once = f"{item.id}{guide.id}{customer_id}{days_ago}"
    at = clock.now() - timedelta(days=days_ago)
    record_send(session, guide.id, customer_id, item.id, item.version_id, once=once, at=at)


def test_sends_guides_and_openings_of_each_item(session, count_sql):
    brand = make_brand(session)
    link_item, script = make_link_item(session, brand.headquarters), make_script(session, brand.headquarters)
    for customer_id in (1, 2, 3):
        _send(session, link_item, brand.ai, customer_id)
    _send(session, link_item, brand.bo, 4)
    _send(session, script, brand.far, 5)
    _send(session, script, brand.ai, 6, days_ago=20)
    link, now = make_link(session, link_item, brand.ai, customer_id=1), clock.now()
    for visitor, reader in (("a", Reader.HERS), ("b", Reader.FORWARDED), ("c", Reader.FORWARDED)):
        session.add(
            LinkVisit(link_id=link.id, visitor=visitor * 32, reader=reader, first_at=now, last_at=now, seconds=9, agent="")
        )
    session.flush()
    since = now - timedelta(days=7)
    with count_sql() as statements:
        found = figures_of(session, [link_item.id, script.id], since)
    assert len(statements) == 2
    one = found[link_item.id]
    assert (one.guides, one.sends, one.opens, one.forwarded, one.seconds, one.replied) == (2, 4, 1, 2, 27, None)
    assert (found[script.id].guides, found[script.id].sends) == (1, 1)
    east = list_most_sent(session, brand.east, Asked(since, "1.2."))
    assert [(item.id, figures.sends) for item, figures in east] == [(link_item.id, 4)]
    assert by_day(session, brand.headquarters, Asked(since, "1."))[-1][1:] == (5, 3)


def test_items_age_when_they_are_old_and_sent_less(session):
    brand = make_brand(session)
    worn, young, loved = (make_script(session, brand.headquarters, title=name) for name in ("旧", "新", "常用"))
    for item in (worn, loved):
        session.get_one(ItemVersion, item.version_id).published_at = clock.now() - timedelta(days=120)
    for days_ago, item in ((40, worn), (41, worn), (5, worn), (40, loved), (5, loved), (6, loved)):
        _send(session, item, brand.ai, days_ago, days_ago=days_ago)
    session.flush()
    found = list_ageing(session, brand.headquarters, Asked(clock.now(), "1."))
    assert [(one.item.id, one.before, one.lately) for one in found] == [(worn.id, 2, 1)]
    assert young.id not in {one.item.id for one in found}


def test_gaps_count_guides_and_one_character_is_no_search(session):
    brand = make_brand(session)
    for staff, words in (
        (brand.ai, "滑雪 服"),
        (brand.ai, "滑雪  服"),
        (brand.bo, "滑雪 服"),
        (brand.far, "滑雪 服"),
        (brand.ai, "服"),
    ):
        note_miss(session, staff.id, words)
    asked = Asked(clock.now() - timedelta(days=7), "1.2.")
    assert [(gap.words, gap.guides, gap.times) for gap in list_gaps(session, asked)] == [("滑雪 服", 2, 3)]
