"""Standings worked out for many customers at once; each move is logged once, with why, and told on the timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from customers.forecasting import Outlook, current_forecast, outlooks
from customers.lives import lives_of
from customers.models import TimelineEntry
from customers.policies import policy
from customers.purchase_rules import yuan
from customers.rfm_rules import UNMEASURED, VALUE_NAMES, Cuts, cuts_of, rfm_of, value_of
from customers.tier_models import CustomerRole, CustomerTier, Forecast, Stage, TierMove
from customers.tier_queries import measured_cuts
from customers.tier_rules import ROLE_NAMES, STAGE_NAMES, Life, StageRules, look_again_on, role_of, rules_of, stage_of, warning_of
from foundation import clock
from foundation.text import cut

# Predictions and recency age with every day: buyers are looked at once a week at least, everybody once a month.
BUYERS_WITHIN, OTHERS_WITHIN = 7, 30
BY = "job"
WERE = select(
    CustomerTier.customer_id, CustomerTier.role, CustomerTier.stage, CustomerTier.value, CustomerTier.stage_since,
    CustomerTier.warned_at,
)  # fmt: skip
Were = Row[int, CustomerRole, Stage, int, datetime, datetime | None]
# Merged into another meanwhile: nothing of her own is to be worked out any more.
NO_MORE = text("UPDATE customer_tier SET due_on = NULL, warned_at = NULL, warning = '' WHERE customer_id = ANY(:ids)")
LOCK = text("SELECT customer_id FROM customer_tier WHERE customer_id = ANY(:ids) ORDER BY customer_id FOR UPDATE")


@dataclass(frozen=True)
class Ways:
    """By what standings are worked out: the brand's rules, the cuts of last night, the newest forecast."""

    rules: StageRules
    window_days: int
    cuts: Cuts | None
    forecast: Forecast | None


def current_ways(session: Session) -> Ways:
    """What holds now."""
    rfm = policy(session, "rfm")
    cuts = cuts_of(rfm, measured_cuts(session))
    return Ways(rules_of(policy(session, "stages")), rfm["window_days"], cuts, current_forecast(session))


def retier(session: Session, customer_ids: Sequence[int], now: datetime, ways: Ways | None = None) -> list[TierMove]:
    """Work out where these customers stand (best some thousands at once) and keep it; the moves that were made.

    Repeating it makes no second move. Who never had a standing gets her first one, which is no move. The customers' tier rows
    are locked in the order of ids until the transaction ends.
    """
    ways = ways or current_ways(session)
    ids = sorted(set(customer_ids))
    session.execute(LOCK, {"ids": ids})
    before = {was.customer_id: was for was in session.execute(WERE.where(CustomerTier.customer_id.in_(ids)))}
    lives = lives_of(session, ids, now, window_days=ways.window_days, koc_tag=ways.rules.koc_tag)
    expected = outlooks(ways.forecast, lives, clock.day_of(now))
    rows, moves = [], []
    for id_, life in lives.items():
        row, why = _standing(id_, life, expected.get(id_), before.get(id_), ways, now)
        rows.append(row)
        if id_ in before:
            moves += _moves(before[id_], row, why, now)
    _keep(session, rows)
    session.execute(NO_MORE, {"ids": [id_ for id_ in before if id_ not in lives]})
    _log(session, moves)
    return moves


def _standing(
    id_: int, life: Life, outlook: Outlook | None, was: Were | None, ways: Ways, now: datetime
) -> tuple[dict[str, Any], dict[str, str]]:
    """The row as it is to stand, and why by ladder."""
    today, rules = clock.day_of(now), ways.rules
    role, role_why = role_of(life)
    stage, stage_why = stage_of(life, rules, today)
    warning = warning_of(life, rules, stage, today)
    rfm, value = _digits(life, outlook, ways.cuts, today)
    row = {
        "customer_id": id_, "role": role, "stage": stage, "rfm": rfm, "value": value,
        "stage_since": was.stage_since if was is not None and was.stage == stage else now,
        "alive": outlook.alive if outlook else None, "expected_orders": outlook.orders if outlook else None,
        "expected_fen": outlook.fen if outlook else None, "warning": cut(warning, 100),
        "warned_at": ((was.warned_at if was is not None else None) or now) if warning else None,
        "due_on": look_again_on(life, rules, today, BUYERS_WITHIN if life.orders else OTHERS_WITHIN), "computed_at": now,
    }  # fmt: skip
    ahead = f"，预计一年再消费 {yuan(outlook.fen // 100 * 100)} 元" if outlook else ""
    spent = f"{ways.window_days} 天内消费 {yuan(life.recent_fen)} 元{ahead}" if life.orders else "没有有效订单"
    return row, {"role": role_why, "stage": stage_why, "value": spent}


def _digits(life: Life, outlook: Outlook | None, cuts: Cuts | None, today: date) -> tuple[str, int]:
    """("543", 4); ("", 0) without orders, ("", UNMEASURED) before anything was measured."""
    if not life.orders or life.last_order_on is None:
        return "", 0
    if cuts is None:
        return "", UNMEASURED
    rfm = rfm_of((today - life.last_order_on).days, life.recent_orders, life.recent_fen, cuts)
    return rfm, value_of(life.recent_fen + (outlook.fen if outlook else 0), cuts)


def _moves(was: Were, row: Mapping[str, Any], why: Mapping[str, str], now: datetime) -> list[TierMove]:
    return [
        TierMove(
            customer_id=was.customer_id,
            ladder=ladder,
            was=str(old),
            now=str(row[ladder]),
            why=cut(why[ladder], 100),
            by=BY,
            at=now,
        )
        for ladder, old in (("role", was.role), ("stage", was.stage), ("value", was.value))
        # The first measuring moves nobody: it only tells where she stood already.
        if str(old) != str(row[ladder]) and not (ladder == "value" and UNMEASURED in (old, row[ladder]))
    ]


KEPT = {
    "role": "text", "stage": "text", "stage_since": "timestamptz", "rfm": "text", "value": "smallint", "alive": "float8",
    "expected_orders": "float8", "expected_fen": "bigint", "warned_at": "timestamptz", "warning": "text", "due_on": "date",
    "computed_at": "timestamptz",
}  # fmt: skip
KEEP = text(f"""
INSERT INTO customer_tier (customer_id, {", ".join(KEPT)})
SELECT * FROM unnest(CAST(:customer_id AS bigint[]), {", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in KEPT.items())})
ON CONFLICT (customer_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in KEPT)}
""")  # noqa: S608 names of columns, nobody's words


def _keep(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        ordered = sorted(rows, key=lambda row: int(row["customer_id"]))
        session.execute(KEEP, {name: [row[name] for row in ordered] for name in ("customer_id", *KEPT)})


def step_name(ladder: str, step: str) -> str:
    """A step of a ladder in Chinese: 成长期, 会员, 高价值."""
    if ladder == "value":
        return VALUE_NAMES.get(int(step), step)
    return ROLE_NAMES[CustomerRole(step)] if ladder == "role" else STAGE_NAMES[Stage(step)]


LADDERS = {"role": "身份", "stage": "阶段", "value": "价值"}


def _log(session: Session, moves: Sequence[TierMove]) -> None:
    if not moves:
        return
    session.add_all(moves)
    session.flush()
    told = [
        {
            "customer_id": move.customer_id, "staff_id": None, "kind": "moved", "at": move.at, "once": f"moved:{move.id}",
            "facts": {
                "ladder": move.ladder, "was": move.was, "now": move.now, "reason": move.why,
                "title": f"{LADDERS[move.ladder]} {step_name(move.ladder, move.was)} → {step_name(move.ladder, move.now)}",
            },
        }
        for move in moves
    ]  # fmt: skip
    session.execute(insert(TimelineEntry).on_conflict_do_nothing(index_elements=["once"]), told)
