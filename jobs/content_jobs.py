"""Content made ready ahead of time: pictures of codes and faces fetched once, posters drawn at night. Plain functions."""

from datetime import date

from acquisition.console_queries import codes_by_guide
from acquisition.models import ChannelCode, CodeStatus
from content_library.actions import claim_wanted_pictures, keep_picture, render_poster, want_pictures
from content_library.models import ItemKind
from content_library.pictures import fetch_picture
from content_library.queries import find_poster_facts, list_versions, search_items
from foundation.db import transaction
from org.models import Staff
from org.queries import list_active_guides

GUIDES_AT_ONCE = 50
POSTERS_AHEAD = 12


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


def _code_of(codes: dict[int, list[ChannelCode]], guide: Staff) -> ChannelCode | None:
    return next((code for code in codes.get(guide.id, []) if code.status == CodeStatus.READY and code.qr_code), None)


def want_code_pictures() -> int:
    """Ask for the code's picture and the face of every guide who has a code; how many guides. Repeating it changes nothing."""
    after_id = seen = 0
    while True:
        with transaction() as session:
            guides = list_active_guides(session, "1.", after_id=after_id, limit=500)
            codes = codes_by_guide(session, [guide.id for guide in guides])
            ready = [(guide, code) for guide in guides if (code := _code_of(codes, guide))]
            want_pictures(session, [url for guide, code in ready for url in (code.qr_code, guide.avatar_url)])
        if not guides:
            return seen
        after_id, seen = guides[-1].id, seen + len(ready)


def _draw_for(guides: list[Staff]) -> int:
    drawn = 0
    with transaction() as session:
        codes = codes_by_guide(session, [guide.id for guide in guides])
        for guide in guides:
            code = _code_of(codes, guide)
            facts = find_poster_facts(session, guide, code.qr_code) if code else None
            if facts is None:
                continue
            posters = search_items(session, guide.path, "", kind=ItemKind.POSTER, limit=POSTERS_AHEAD)
            for version in list_versions(session, posters).values():
                render_poster(session, version, facts)
                drawn += 1
    return drawn


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
