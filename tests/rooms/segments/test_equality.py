"""The same rule gives the same people everywhere: bitmaps, SQL and plain Python agree on random rules over random facts."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from foundation import db
from foundation.db import Json
from org.models import Staff
from segments import evaluating, queries
from segments.answering import Answers
from segments.fetching import fetch_next, fetch_some
from segments.models import CustomerFacts, SegmentMember
from segments.rules import parse, written
from segments.scopes import scope_of, told_owners
from tests.rooms.segments.town import TODAY, Row, facts, keep, means, rules, sees, settle, stranger

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
LOOSE = settings(max_examples=40, deadline=None, phases=QUICK, suppress_health_check=list(HealthCheck))
NOON = f"{TODAY.isoformat()}T04:00:00Z"


def _is_told(viewer: Staff, row: Row) -> bool:
    """Headquarters of everybody, also of an owner whose place is not known yet."""
    path = scope_of(viewer).path
    return path == "1." or bool(row["path"].startswith(path)) if path else row["owner_id"] == viewer.id


class Town:
    """Facts in PostgreSQL and in bitmaps, and the same rows as Python has them."""

    def __init__(self, session: Session, rows: Sequence[Row], staff: Sequence[Staff]) -> None:
        self.session, self.staff = session, staff
        self.rows = {row["customer_id"]: row for row in rows}
        self.runs: dict[int, set[int]] = {1: {3, 5, 700}, 2: set()}
        keep(session, rows)
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(insert(SegmentMember), [{"run_id": 1, "customer_id": one} for one in sorted(self.runs[1])])
        session.execute(text("SET LOCAL session_replication_role = origin"))
        self.answers = Answers()
        self.answers.ready = True
        self.bitmaps = self.answers.bitmaps
        after = 0
        while len((batch := fetch_next(session, self.bitmaps.words, after, 7)).ids):
            self.bitmaps.apply(batch)
            after = int(batch.ids[-1])
        self.bitmaps.set_staff({one.id: one.path for one in staff})
        self._hold_runs()

    def _hold_runs(self) -> None:
        for run, members in self.runs.items():
            if self.bitmaps.frozen(run) is None:
                ids = self.session.scalars(select(SegmentMember.customer_id).where(SegmentMember.run_id == run)).all()
                assert set(ids) == members
                self.bitmaps.hold_frozen(run, np.array(ids, np.int64))

    def change(self, rows: Sequence[Row], gone: Sequence[int]) -> None:
        asked = [row["customer_id"] for row in rows] + list(gone)
        self.session.execute(delete(CustomerFacts).where(CustomerFacts.customer_id.in_(asked)))
        keep(self.session, rows)
        self.rows = {key: row for key, row in self.rows.items() if key not in asked} | {row["customer_id"]: row for row in rows}
        self.bitmaps.apply(fetch_some(self.session, self.bitmaps.words, sorted(asked)), asked)
        self._hold_runs()

    def check(self, body: Json, viewer: Staff, after: int) -> None:
        rule, scope = parse(body, expanded=True), scope_of(viewer)
        assert parse(written(rule), expanded=True) == rule
        plain = queries.plain(rule, TODAY, told_owners(scope))
        wanted = sorted(row["customer_id"] for row in self.found(body, viewer))[::-1]
        context = (body, viewer.userid)
        assert evaluating.count(self.bitmaps, plain, scope) == len(wanted), context
        assert queries.count(self.session, viewer, rule) == len(wanted), context
        for mark in (None, after):
            some = [one for one in wanted if mark is None or one < mark][:3]
            assert evaluating.page(self.bitmaps, plain, scope, mark, 3) == some, context
            assert queries.page(self.session, viewer, rule, mark, 3) == some, context
        some = [one for one in range(61) if one % 3]
        held = [one for one in wanted if one in some]
        assert evaluating.among(self.bitmaps, plain, scope, some) == held, context
        assert queries.among(self.session, viewer, rule, some, 100) == held, context
        for by in queries.WAYS:
            parts = self._parts(wanted, viewer, by)
            assert evaluating.split(self.bitmaps, plain, scope, by) == parts, (context, by)
            assert queries.split(self.session, viewer, rule, by) == parts, (context, by)

    def found(self, body: Json, viewer: Staff) -> list[Row]:
        """Whom the rule means as Python has them; the viewer is told no owner outside her scope, whichever way she asks."""
        hers = [row for row in self.rows.values() if sees(viewer, row, self.staff)]
        nobody = {"owner_id": None, "store_id": None, "path": ""}
        return [row for row in hers if means(body, row if _is_told(viewer, row) else row | nobody, self.runs)]

    def _parts(self, wanted: Sequence[int], viewer: Staff, by: str) -> list[tuple[int, int]]:
        counts: Counter[int] = Counter()
        for row in (self.rows[one] for one in wanted):
            scope, own = scope_of(viewer), _is_told(viewer, row)
            if by == "region":
                parts = [int(part) for part in row["path"].split(".") if part]
                depth = len([part for part in scope.path.split(".") if part]) or 1
                counts[(parts[depth] if len(parts) > depth else parts[-1]) if row["path"].startswith(scope.path) else 0] += 1
            else:
                counts[(row["owner_id" if by == "guide" else "store_id"] or 0) if own else 0] += 1
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.usefixtures("database")
@LOOSE
@given(data=st.data())
def test_bitmaps_sql_and_python_agree_also_after_changes(data: st.DataObject) -> None:
    with time_machine.travel(NOON, tick=False), Session(db.engine()) as session:
        staff = settle(session)
        ids = data.draw(st.lists(st.integers(1, 40), min_size=0, max_size=14, unique=True), "ids")
        town = Town(session, [data.draw(facts(one, staff)) for one in ids], staff)
        bodies = data.draw(st.lists(rules(staff, [1, 2]), min_size=1, max_size=4), "rules")
        viewers = data.draw(st.lists(st.sampled_from(staff), min_size=1, max_size=2), "viewers")
        after = data.draw(st.integers(0, 45), "after")
        for _ in range(3):
            for body in bodies:
                for viewer in viewers:
                    town.check(body, viewer, after)
            changed = data.draw(st.lists(st.integers(1, 60), max_size=6, unique=True), "changed")
            gone = data.draw(st.sets(st.sampled_from(changed)) if changed else st.just(set()), "gone")
            town.change([data.draw(facts(one, staff)) for one in sorted(set(changed) - gone)], sorted(gone))
        session.rollback()


@pytest.mark.usefixtures("database")
def test_headquarters_is_told_of_an_owner_whose_place_is_not_known() -> None:
    with time_machine.travel(NOON, tick=False), Session(db.engine()) as session:
        staff = settle(session)
        boss, lost = staff[0], staff[-1]
        assert (boss.path, lost.path) == ("1.", "0.")
        nowhere = {"owner_id": lost.id, "store_id": lost.store_id, "path": "0.", "staff_ids": [boss.id], "following": True}
        town = Town(session, [stranger(21) | nowhere], staff)
        asked = {"field": "owner", "op": "any_of", "value": [lost.id]}
        town.check(asked, boss, 0)
        assert queries.count(session, boss, parse(asked)) == 1
        assert queries.split(session, boss, parse(asked), "guide") == [(lost.id, 1)]
        session.rollback()
