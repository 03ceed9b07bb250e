"""Search over a large library: right against brute force, fast in the request, against LIKE; suggestions with many customers."""

import random
import time
from statistics import median
from urllib.parse import quote

from sqlalchemy import text

from benchmarks.bulk import fill_customers, fill_organisation
from benchmarks.figures import FULL, Figure, Size, WrongAnswer, percentile
from benchmarks.load import closed_loop, request_bytes
from benchmarks.many_items import article, fill_items, fill_sends, style_name
from benchmarks.stage import stage
from benchmarks.visitor import session_cookie
from content_library.finding import find_items
from content_library.queries import CANDIDATES
from content_library.suggesting import suggest
from content_library.suggesting_rules import Now
from foundation import clock
from foundation.db import transaction
from org.models import Staff
from org.queries import find_staff

GUIDES = 400
SAMPLE, RARE, PASSES = 300, 60, 3
LIKE = "SELECT id FROM item WHERE status = 'published' AND search_text LIKE :pattern ORDER BY id DESC LIMIT 20"


def _guide() -> Staff:
    with transaction() as session:
        guide = find_staff(session, "guide1")
    if guide is None:
        raise WrongAnswer("no guide1")
    return guide


def _parts(texts: list[str], count: int) -> list[str]:
    """Pieces of the texts, one to six characters, as a person would type them."""
    chosen = random.Random(3)
    found: list[str] = []
    while len(found) < count:
        words = chosen.choice(chosen.choice(texts).split())
        length = chosen.choice((1, 2, 2, 3, 4, 6))
        start = chosen.randrange(max(1, len(words) - length + 1))
        found.append(words[start : start + length])
    return found


def _recall(guide: Staff, texts: list[str], parts: list[str]) -> int:
    """How many searches were compared; raises WrongAnswer for the first that is not what brute force finds."""
    for part in parts:
        brute = {number for number, words in enumerate(texts, 1) if part in words}
        with transaction() as session:
            found = find_items(session, guide.path, part, limit=CANDIDATES)
        ids = {item.id for item in found.items}
        # Pinyin initials find more than the words themselves hold; nothing that holds them may be missing.
        missing = brute - ids
        if missing and (len(ids) < CANDIDATES or (not part.isascii() and not ids <= brute)):
            raise WrongAnswer(f"{part!r}: {len(brute)} hold it, {len(missing)} of them were not found")
    return len(parts)


def _timed(guide: Staff, words: list[str]) -> tuple[list[float], list[float]]:
    """Seconds of our search and of LIKE, word by word, interleaved."""
    ours, theirs = [], []
    for word in words:
        with transaction() as session:
            # Whoever comes first would pay for taking a connection out of the pool.
            session.connection()
            began = time.perf_counter()
            found = find_items(session, guide.path, word)
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            rows = session.execute(text(LIKE), {"pattern": f"%{word}%"}).all()
            theirs.append(time.perf_counter() - began)
        if {row.id for row in rows} - {item.id for item in found.items} and len(rows) < 20:
            raise WrongAnswer(f"LIKE finds more for {word!r}")
    return ours, theirs


def _asked(port: int, requests: list[bytes]) -> list[float]:
    """Seconds of each of the requests, one after the other; all must be answered."""
    result = closed_loop(port, requests, connections=1, seconds=120)
    if result.statuses != {200: len(requests)}:
        raise WrongAnswer(f"answered {result.statuses}")
    return result.times


def search(size: Size) -> list[Figure]:
    """content.search, content.search_recall, content.search_against_like."""
    items = 100_000 if size == FULL else 20_000
    with stage("search") as built:
        fill_organisation(GUIDES, clock.now())
        texts, guide = fill_items(items), _guide()
        parts = _parts(texts, SAMPLE)
        checked = _recall(guide, texts, parts)
        picked = random.Random(5).sample(range(1, items), RARE)
        rare = [style_name(number) if number % 3 else article(number - number % 3 + 1)[-6:] for number in picked]
        ours, theirs = _timed(guide, rare)
        built.web(workers=1)
        cookie = f"Cookie: guidedesk={session_cookie(guide.id, guide.epoch)}\r\n"
        paths = [f"/sidebar/scripts/results?q={quote(part)}" for part in [*parts, *rare]]
        asked = [request_bytes("GET", path, f"127.0.0.1:{built.port}", headers=cookie) for path in paths]
        closed_loop(built.port, asked[:40], connections=1, seconds=30)
        passes = [_asked(built.port, asked) for _ in range(PASSES)]
        fastest = [min(times) for times in zip(*passes, strict=True)]
        p95, ratio = percentile(fastest, 0.95) * 1000, median(theirs) / median(ours)
    every = ", ".join(f"{percentile(times, 0.95) * 1000:.0f}" for times in passes)
    note = (
        f"{items:,} items, {len(paths)} searches of a guide typing, each the fastest of {PASSES} passes (p95 of each: {every} ms)"
    )
    return [
        Figure("content.search", p95, "ms", "p95 < 30 ms in the request", p95 < 30, note=note),
        Figure("content.search_recall", 1.0, "", "1.0 on substrings", True, note=f"{checked} pieces of texts, brute force"),
        Figure(
            "content.search_against_like", median(ours) * 1000, "ms", ">= 20 x faster than LIKE", ratio >= 20,
            peer=median(theirs) * 1000, ratio=ratio, note=f"{RARE} names of styles and article numbers",
        ),
    ]  # fmt: skip


def suggestions(size: Size) -> list[Figure]:
    """content.suggest: what to say to one of many customers."""
    items = 100_000 if size == FULL else 20_000
    with stage("suggest"):
        fill_organisation(GUIDES, clock.now())
        fill_customers(size.customers, GUIDES, clock.now())
        fill_items(items)
        fill_sends(200_000, items, size.customers, GUIDES)
        guide, chosen, times = _guide(), random.Random(9), []
        for number in range(240):
            tags = chosen.sample(["羽绒", "轻薄", "尺码", "送礼", "洗护", "通勤", "孩子"], 3)
            now = Now(chosen.choice(["引入期", "成长期", "成熟期", "休眠期"]), "加好友第 5 天", tags=tags)
            with transaction() as session:
                began = time.perf_counter()
                shown = suggest(session, guide, chosen.randrange(1, size.customers), now)
                if number >= 40:
                    times.append(time.perf_counter() - began)
            if len(shown) != 3 or not all(one.why for one in shown):
                raise WrongAnswer(f"{len(shown)} suggestions")
        p95 = percentile(times, 0.95) * 1000
    note = f"{size.customers:,} customers, {items:,} items, 200,000 sends; one statement and the scoring"
    return [Figure("content.suggest", p95, "ms", "p95 < 50 ms", p95 < 50, note=note)]
