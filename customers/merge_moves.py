"""The rows of a merge on their way over and back: plain statements by table, each telling what it moved. Decides nothing."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from customers.merge_registry import BY_ID, BY_KEY, STAYING
from foundation.db import Json

FOLLOWS = text("""
UPDATE follow SET customer_id = :kept, external_userid = COALESCE(follow.external_userid, gone.external_userid)
FROM customer AS gone, follow AS was
WHERE gone.id = :gone AND follow.customer_id = :gone AND was.id = follow.id
  AND NOT EXISTS (SELECT FROM follow AS same WHERE same.customer_id = :kept AND same.staff_id = follow.staff_id)
RETURNING follow.id, was.external_userid
""")
# Relations of the account that came since go along; one that meanwhile stepped aside is there already.
FOLLOWS_BACK = text("""
UPDATE follow SET customer_id = :gone, external_userid = NULLIF(follow.external_userid, gone.external_userid)
FROM customer AS gone
WHERE gone.id = :gone AND follow.customer_id = :kept
  AND (follow.id = ANY(:ids) OR follow.external_userid = gone.external_userid)
  AND NOT EXISTS (SELECT FROM follow AS same WHERE same.customer_id = :gone AND same.staff_id = follow.staff_id)
RETURNING follow.staff_id
""")
MARKS_BACK = text(
    "UPDATE tag_mark SET customer_id = :gone WHERE customer_id = :kept AND staff_id = ANY(:staff_ids) AND at >= :at"
)
TIERS = text("DELETE FROM customer_tier WHERE customer_id = :gone RETURNING to_jsonb(customer_tier)")
KEPT_TIER = text("SELECT to_jsonb(customer_tier) FROM customer_tier WHERE customer_id = :kept")
TIERS_BACK = text("""
INSERT INTO customer_tier SELECT row.* FROM jsonb_populate_recordset(NULL::customer_tier, CAST(:rows AS jsonb)) AS row
""")
FORGET_TIERS = text("DELETE FROM customer_tier WHERE customer_id IN (:kept, :gone)")


def move_rows(session: Session, kept: int, gone: int) -> Json:
    """Everything of the gone row goes to the kept one; what was moved, so that it can go back."""
    ids = {"kept": kept, "gone": gone}
    follows = [list(row) for row in session.execute(FOLLOWS, ids)]
    rows = {table: found for table in BY_ID if (found := list(session.scalars(_moving(table), ids)))}
    replaced, keys = {}, {}
    for table, key in BY_KEY.items():
        replaced[table] = list(session.scalars(_older(table, key), ids))
        keys[table] = list(session.scalars(_newer(table, key), ids))
    tiers = [*session.scalars(KEPT_TIER, ids), *session.scalars(TIERS, ids)]
    return {"follows": follows, "rows": rows, "replaced": replaced, "keys": keys, "tiers": tiers}


def _moving(table: str) -> TextClause:
    which = f" AND {STAYING[table]}" if table in STAYING else ""
    return text(f"UPDATE {table} AS one SET customer_id = :kept WHERE customer_id = :gone{which} RETURNING one.id")  # noqa: S608


def _older(table: str, key: str) -> TextClause:
    """The kept row's values that give way to newer ones."""
    return text(f"""
DELETE FROM {table} AS one USING {table} AS other
WHERE one.customer_id = :kept AND other.customer_id = :gone AND other.{key} = one.{key} AND other.at > one.at
RETURNING to_jsonb(one)
""")  # noqa: S608 from this file alone


def _newer(table: str, key: str) -> TextClause:
    return text(f"""
UPDATE {table} AS one SET customer_id = :kept WHERE one.customer_id = :gone
  AND NOT EXISTS (SELECT FROM {table} AS same WHERE same.customer_id = :kept AND same.{key} = one.{key})
RETURNING one.{key}
""")  # noqa: S608 from this file alone


def move_back(session: Session, kept: int, gone: int, moved: Json, at: object) -> None:
    """What went over goes back, where it still is; what came since stays, but for the account's own relations."""
    ids = {"kept": kept, "gone": gone}
    back = session.scalars(FOLLOWS_BACK, ids | {"ids": [id_ for id_, _ in moved["follows"]]}).all()
    session.execute(MARKS_BACK, ids | {"staff_ids": list(back), "at": at})
    for table, found in moved["rows"].items():
        _back(session, table, found, ids)
    for table, key in BY_KEY.items():
        keys = [str(one) for one in moved["keys"][table]]
        session.execute(_returning(table, key), ids | {"keys": keys, "at": at})
        _restore(session, table, moved["replaced"][table])


def _returning(table: str, key: str) -> TextClause:
    """The gone row's values that were not told anew since."""
    return text(f"""
UPDATE {table} AS one SET customer_id = :gone WHERE one.customer_id = :kept AND one.{key}::text = ANY(:keys) AND one.at < :at
  AND NOT EXISTS (SELECT FROM {table} AS same WHERE same.customer_id = :gone AND same.{key} = one.{key})
""")  # noqa: S608 from this file alone


def _back(session: Session, table: str, found: Sequence[int], ids: Mapping[str, int]) -> None:
    if table not in BY_ID:
        raise ValueError(f"nothing of {table} is ever moved")
    again = text(f"UPDATE {table} SET customer_id = :gone WHERE id = ANY(:ids) AND customer_id = :kept")  # noqa: S608
    session.execute(again, {**ids, "ids": list(found)})


def _restore(session: Session, table: str, rows: Sequence[Json]) -> None:
    """Values that had given way stand again, unless newer ones were told since."""
    if rows:
        told = f"SELECT row.* FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb)) AS row"  # noqa: S608
        session.execute(text(f"INSERT INTO {table} {told} ON CONFLICT DO NOTHING"), {"rows": json.dumps(rows)})


def restore_tiers(session: Session, kept: int, gone: int, tiers: Sequence[Json]) -> None:
    """Both standings as they were before."""
    session.execute(FORGET_TIERS, {"kept": kept, "gone": gone})
    if tiers:
        session.execute(TIERS_BACK, {"rows": json.dumps(tiers)})
