"""Content made ready ahead of time: pictures of codes and faces fetched once, posters drawn at night. Plain functions."""

from datetime import date

from acquisition.console_queries import codes_by_guide
from acquisition.models import ChannelCode
from acquisition.rules import ready_code
from content_library.actions import claim_wanted_pictures, keep_drawn, keep_picture, want_pictures
from content_library.models import ItemKind, ItemVersion
from content_library.pictures import fetch_picture
from content_library.poster_queries import facts_of
from content_library.posters import PosterFacts, draw_version
from content_library.queries import find_drawn, list_versions, search_items
from foundation.db import transaction
from foundation.errors import AppError
from foundation.log import logger
from org.models import Staff
from org.queries import list_active_guides

GUIDES_AT_ONCE = 50
POSTERS_AHEAD = 12
log = logger(__name__)


def fetch_wanted_pictures(limit: int = 50) -> int:
    """Fetch pictures asked for, each outside a transaction; how many came."""
    with transaction() as session:
        urls = claim_wanted_pictures(session, limit)
    came = 0
    for url in urls:
        content = fetch_picture(url)
        with transaction() as session:
            came += bool(keep_picture(session, url, content).blob_key and content)
    return came


def want_code_pictures() -> int:
    """Ask for the code's picture and the face of every guide who has a code; how many guides. Repeating it changes nothing."""
    after_id = seen = 0
    while True:
        with transaction() as session:
            guides = list_active_guides(session, "1.", after_id=after_id, limit=500)
            codes = codes_by_guide(session, [guide.id for guide in guides])
            ready = [(guide, code) for guide in guides if (code := ready_code(codes.get(guide.id, [])))]
            want_pictures(session, [url for guide, code in ready for url in (code.qr_code, guide.avatar_url)])
        if not guides:
            return seen
        after_id, seen = guides[-1].id, seen + len(ready)


def _draw_for(guides: list[Staff]) -> int:
    with transaction() as session:
        codes = codes_by_guide(session, [guide.id for guide in guides])
    return sum(_draw_hers(guide, code) for guide in guides if (code := ready_code(codes.get(guide.id, []))))


def _draw_hers(guide: Staff, code: ChannelCode) -> int:
    """Her missing posters: what to draw and what was drawn in two short transactions, the drawing between them."""
    with transaction() as session:
        facts = facts_of(session, [guide], {guide.id: code.qr_code})[guide.id]
        if facts.qr_png is None:
            return 0
        posters = search_items(session, guide.path, "", kind=ItemKind.POSTER, limit=POSTERS_AHEAD)
        versions = list(list_versions(session, posters).values())
        missing = [version for version in versions if not find_drawn(session, version.id, facts)]
    drawn = {version.id: key for version in missing if (key := _drawn(version, facts))}
    with transaction() as session:
        for version_id, key in drawn.items():
            keep_drawn(session, version_id, facts, key)
    return len(versions)


def _drawn(version: ItemVersion, facts: PosterFacts) -> str | None:
    try:
        return draw_version(version.body, facts)
    except AppError as problem:
        # One poster whose background is gone must not cost everybody theirs.
        log.warning("poster not drawn ahead", version=version.id, why=problem.message)
        return None


def draw_ahead(_day: date) -> int:
    """Draw the newest posters for every guide whose code is ready, so that the morning opens fast; how many were looked at."""
    want_code_pictures()
    while fetch_wanted_pictures():
        pass
    after_id = looked = 0
    while True:
        with transaction() as session:
            guides = list_active_guides(session, "1.", after_id=after_id, limit=GUIDES_AT_ONCE)
        if not guides:
            return looked
        looked += _draw_for(guides)
        after_id = guides[-1].id
