"""Posters drawn for a whole audience before a campaign (批量预生成): a page of guides at a time, from where it stopped."""

from collections.abc import Mapping, Sequence

from acquisition.console_queries import codes_by_guide
from acquisition.models import ChannelCode, CodeStatus
from acquisition.rules import ready_code
from content_library.actions import keep_picture
from content_library.models import ItemVersion, KeptPicture
from content_library.pictures import fetch_picture
from content_library.poster_actions import keep_all_drawn
from content_library.poster_queries import drawn_among, facts_of, get_poster_version
from content_library.posters import PosterFacts, draw_version
from content_library.queries import list_pictures
from foundation.db import transaction
from foundation.errors import AppError, Conflict
from foundation.log import logger
from jobs.sync_run import Going, beating
from org.actions import claim_run, finish_run
from org.models import Staff
from org.queries import list_active_guides

GUIDES_AT_ONCE = 25
# A picture that did not come so often is given up for this batch: the platform's host is asked no more than that.
PICTURE_TRIES = 3
STEP = "posters"
NO_CODE = "还没有二维码，请导购先在侧边栏「我的」里生成"
CODE_COMING = "二维码还在生成"
CODE_FAILED = "二维码生成失败"
NO_PICTURE = "二维码图片取不到"
BROKEN = "生成出错，详情见日志"
log = logger(__name__)


def draw_waiting(limit: int = 10) -> int:
    """Work the batches that wait or whose worker died, one after the other; how many were worked."""
    for count in range(limit):
        with transaction() as session:
            run = claim_run(session, batches=True)
        if run is None:
            return count
        going = Going.of(run)
        with beating(going):
            draw_batch(going)
    return limit


def draw_batch(run: Going) -> None:
    """Take a claimed batch from its cursor to its end; what is drawn already is passed over. A cancelled one stops here."""
    error = BROKEN
    try:
        while _draw_page(run):
            pass
        error = ""
    except Conflict:
        log.info("batch of posters ended by hand or taken over", run=run.id)
        return
    except AppError as problem:
        error = problem.message
    finally:
        _finish(run, error)


def _finish(run: Going, error: str) -> None:
    try:
        with transaction() as session:
            finish_run(session, run.id, run.fence, error=error)
    except Conflict:
        log.info("batch of posters was ended by somebody else", run=run.id)


def _draw_page(run: Going) -> bool:
    """The next guides; False when there are none left."""
    with transaction() as session:
        version = get_poster_version(session, int(run.cursor["version_id"]))
        after = int(run.cursor.get("after", 0))
        guides = list_active_guides(session, str(run.cursor["path"]), after_id=after, limit=GUIDES_AT_ONCE)
        codes = codes_by_guide(session, [guide.id for guide in guides])
    if not guides:
        return False
    urls = {guide.id: code.qr_code for guide in guides if (code := ready_code(codes.get(guide.id, [])))}
    _fetch_missing(guides, urls)
    with transaction() as session:
        facts = facts_of(session, guides, urls)
        done = drawn_among(session, version.id, list(facts.values()))
    drawn = _draw(run, version, [guide for guide in guides if guide.id not in done], facts, codes)
    run.cursor = {**run.cursor, "after": guides[-1].id}
    with transaction() as session:
        keep_all_drawn(session, version.id, drawn)
        run.record(session, done=len(guides))
    return True


def _fetch_missing(guides: Sequence[Staff], urls: Mapping[int, str]) -> None:
    """Pictures of codes and faces the platform lends by address, kept once; each fetch outside a transaction."""
    wanted = dict.fromkeys([*urls.values(), *(guide.avatar_url for guide in guides if guide.avatar_url)])
    with transaction() as session:
        known = list_pictures(session, list(wanted))
    for url in wanted:
        if _worth_fetching(known.get(url)):
            content = fetch_picture(url)
            with transaction() as session:
                keep_picture(session, url, content)


def _worth_fetching(row: KeptPicture | None) -> bool:
    return row is None or (row.blob_key is None and row.tries < PICTURE_TRIES)


def _draw(
    run: Going, version: ItemVersion, guides: Sequence[Staff], facts: Mapping[int, PosterFacts],
    codes: Mapping[int, Sequence[ChannelCode]],
) -> dict[PosterFacts, str]:  # fmt: skip
    """Her posters drawn and kept as files; who gets none is noted in the report with the reason."""
    drawn: dict[PosterFacts, str] = {}
    for guide in guides:
        hers = facts[guide.id]
        problem = _without_code(codes.get(guide.id, [])) if version.body.get("qr") and hers.qr_png is None else ""
        if not problem:
            try:
                drawn[hers] = draw_version(version.body, hers)
            except AppError as error:
                problem = error.message
        if problem:
            run.missing(STEP, None, [guide.name or guide.userid], problem)
    return drawn


def _without_code(codes: Sequence[ChannelCode]) -> str:
    if ready_code(codes):
        return NO_PICTURE
    if any(code.status == CodeStatus.WANTED for code in codes):
        return CODE_COMING
    return CODE_FAILED if codes else NO_CODE
