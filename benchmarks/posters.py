"""Posters: cold (drawn and kept), cached (facts read, found in the table), and the memory of one process over many renders."""

import io
import json
import os
import time
from pathlib import Path
from typing import Any

import segno
from PIL import Image
from sqlalchemy import select

from benchmarks.bulk import fill_organisation
from benchmarks.figures import Figure, Size, WrongAnswer, percentile
from benchmarks.stage import memory_mb, stage
from content_library.actions import keep_picture
from content_library.layout import layout_of
from content_library.models import Item, ItemKind, ItemVersion
from content_library.poster_actions import keep_all_drawn
from content_library.poster_queries import facts_of
from content_library.posters import MAX_BYTES, PosterFacts, draw_poster, draw_version
from content_library.queries import find_drawn
from foundation import clock
from foundation.blobs import blob_path
from foundation.db import transaction
from org.models import Staff
from org.queries import list_active_guides

TEMPLATES = Path(__file__).parent.parent / "content_library" / "starter" / "posters.json"
ADDRESS = "http://127.0.0.1/"
GROWTH = 20.0


def _code(number: int) -> bytes:
    drawn = io.BytesIO()
    segno.make(f"https://work.weixin.qq.com/ca/cawcde{number:020d}", error="m").save(drawn, kind="png", scale=10)
    return drawn.getvalue()


def _face(number: int) -> bytes:
    drawn = io.BytesIO()
    picture = Image.linear_gradient("L").rotate(number % 360).resize((640, 640)).convert("RGB")
    picture.save(drawn, "JPEG")
    return drawn.getvalue()


def _templates() -> list[dict[str, Any]]:
    return [entry["body"] for entry in json.loads(TEMPLATES.read_text(encoding="utf-8"))]


def _fill(guides: int) -> tuple[list[int], list[Staff]]:
    """A template's version for each starter poster, and guides whose codes and faces are kept; (version ids, guides)."""
    fill_organisation(max(guides, 400), clock.now())
    with transaction() as session:
        for number, body in enumerate(_templates()):
            item = Item(kind=ItemKind.POSTER, title=f"海报 {number}", created_at=clock.now())
            session.add(item)
            session.flush()
            session.add(ItemVersion(item_id=item.id, number=1, title=item.title, body=body, created_at=clock.now()))
        session.flush()
        found = list_active_guides(session, "1.", limit=guides)
        for guide in found:
            guide.avatar_url = f"{ADDRESS}face/{guide.id % 50}"
            keep_picture(session, guide.avatar_url, _face(guide.id % 50))
            keep_picture(session, f"{ADDRESS}code/{guide.id}", _code(guide.id))
        return list(session.scalars(select(ItemVersion.id).order_by(ItemVersion.id))), found


def _cold(version_id: int, guide: Staff) -> str:
    with transaction() as session:
        version = session.get_one(ItemVersion, version_id)
        facts = facts_of(session, [guide], {guide.id: f"{ADDRESS}code/{guide.id}"})[guide.id]
        known = find_drawn(session, version_id, facts)
    if known:
        return known
    key = draw_version(version.body, facts)
    with transaction() as session:
        keep_all_drawn(session, version_id, {facts: key})
    return key


def _timed(pairs: list[tuple[int, Staff]]) -> tuple[list[float], list[str]]:
    times, keys = [], []
    for version_id, guide in pairs:
        begun = time.perf_counter()
        keys.append(_cold(version_id, guide))
        times.append((time.perf_counter() - begun) * 1000)
    return times, keys


def run(size: Size) -> list[Figure]:
    """poster.cold, poster.cached and poster.memory."""
    rounds = 40 if size.rounds <= 3 else 150
    with stage("posters"):
        versions, guides = _fill(rounds)
        # Every template for every guide, template after template: each template's ground is drawn cold once.
        pairs = [(version_id, guide) for version_id in versions for guide in guides]
        cold, keys = _timed(pairs)
        cached, again = _timed(pairs)
        if again != keys or any(blob_path(key).stat().st_size > MAX_BYTES for key in keys):
            raise WrongAnswer("a cached poster is another one, or one weighs more than 300 KB")
        memory, renders = _memory(1_500 if size.rounds <= 3 else 20_000)
    first, second = percentile(cold, 0.95), percentile(cached, 0.95)
    told = f"{len(versions)} templates, {len(guides)} guides"
    return [
        Figure("poster.cold", first, "ms", "p95 < 40 ms", first < 40, note=f"{told}, slowest {max(cold):.0f} ms"),
        Figure("poster.cached", second, "ms", "p95 < 5 ms", second < 5, note=f"{told}, slowest {max(cached):.0f} ms"),
        Figure("poster.memory", memory, "MB", f"grows < {GROWTH:.0f} MB", memory < GROWTH, note=f"over {renders} renders"),
    ]


def _memory(renders: int) -> tuple[float, int]:
    """Growth of this process from the first tenth of the renders to their end; every guide and name another one."""
    layouts = [layout_of(body) for body in _templates()[:4]]
    code, face = _code(1), _face(1)
    begun = 0.0
    for number in range(renders):
        facts = PosterFacts(number, f"导购{chr(0x4E00 + number % 20_000)}{number}", f"第 {number} 店", code, face)
        draw_poster(layouts[number * 4 // renders if number > renders // 10 else number % 4], facts)
        if number == renders // 10:
            begun = memory_mb(os.getpid())
    return memory_mb(os.getpid()) - begun, renders
