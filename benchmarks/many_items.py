"""A large library for a case: scripts mixed from the starter's own sentences, each of a style with a name and a number."""

import json
import random
import re
from pathlib import Path

from sqlalchemy import text

from content_library.rules import STAGES, initials, lexemes, normal
from foundation import clock
from foundation.db import engine, transaction

STARTER = Path(__file__).parent.parent / "content_library" / "starter" / "scripts.json"
ITEM = """
INSERT INTO item (kind, status, title, stage, content_type, scene, tags, path, search_text, search, initials, created_at,
                  category_id)
VALUES ('script', 'published', :title, :stage, '', '私聊', '{}', '', :words, array_to_tsvector(CAST(:grams AS text[])), :initials,
        :now, :category)
"""
VERSIONS = """
INSERT INTO item_version (item_id, number, title, body, stage, content_type, scene, tags, path, published_at, created_at)
SELECT id, 1, title, jsonb_build_object('bubbles', jsonb_build_array(search_text)), stage, '', '私聊', '{}', '', :now, :now
FROM item
"""
LINK = "UPDATE item SET version_id = item_version.id FROM item_version WHERE item_version.item_id = item.id"
SENDS = """
INSERT INTO item_send (item_id, version_id, staff_id, customer_id, sent_at, once)
SELECT item.id, item.version_id, staff.id, 1 + n % :customers, :now - (n % 40) * interval '1 day', 'bench:' || n
FROM generate_series(1, :sends) n
JOIN item ON item.id = 1 + (n * 7919) % :items JOIN staff ON staff.userid = 'guide' || (1 + n % :guides)
"""
CHUNK = 2000


def sentences() -> list[str]:
    """The starter's sentences, without their variables."""
    found: list[str] = []
    for entry in json.loads(STARTER.read_text(encoding="utf-8")):
        for one in entry.get("items", [entry]):
            found += [
                part for bubble in one.get("bubbles", []) for part in re.split(r"[。！？\n]", re.sub(r"\{.*?\}", "", bubble))
            ]
    return sorted({part.strip("，、 ") for part in found if len(part) > 4})


def style_name(number: int) -> str:
    """The three characters only this item's style is called by."""
    return "".join(chr(0x4E00 + (number * step) % 4001) for step in (7, 131, 1009))


def article(number: int) -> str:
    """The article number only this item has."""
    return f"b{number * 37:08d}"


def fill_items(count: int, *, seed: int = 7) -> list[str]:
    """Make `count` published scripts; their texts as they are searched, in the order of their ids (from 1)."""
    chosen, known, now, texts = random.Random(seed), sentences(), clock.now(), []
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("INSERT INTO category (name, \"order\") SELECT '分类' || n, n FROM generate_series(1, 20) n"))
        for begin in range(0, count, CHUNK):
            rows = []
            for number in range(begin + 1, min(begin + CHUNK, count) + 1):
                title = f"{chosen.choice(known)[:20]} {number}"
                style = f"{style_name(number)}款 {article(number)}" if number % 3 else style_name(number)
                words = normal("\n".join([title, *chosen.sample(known, 2), style]))
                short = initials(title)
                grams = (
                    "{"
                    + ",".join('"' + gram.replace("\\", "\\\\").replace('"', '\\"') + '"' for gram in lexemes(words, short))
                    + "}"
                )
                stage = chosen.choice(["", *STAGES])
                facts = {"title": title, "stage": stage, "words": words, "grams": grams, "initials": short, "now": now}
                rows.append(facts | {"category": 1 + number % 20})
                texts.append(words)
            session.execute(text(ITEM), rows)
        session.execute(text(VERSIONS), {"now": now})
        session.execute(text(LINK))
    _settle("item")
    return texts


def fill_sends(sends: int, items: int, customers: int, guides: int) -> None:
    """Sends of the last 40 days, spread over guides, customers and items."""
    with transaction() as session:
        facts = {"sends": sends, "items": items, "customers": customers, "guides": guides, "now": clock.now()}
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text(SENDS), facts)
    _settle("item_send")


def _settle(table: str) -> None:
    """What autovacuum does within minutes of such a load: statistics, and which pages an index may answer for alone."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(f"VACUUM ANALYZE {table}"))
