"""What changes of boards: a day's facts are recounted from their sources, and the evening's board goes out as cards.

Facts are never incremented, so an event told twice counts once, and a fact that vanished (an answer taken back) goes to zero.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import Json
from leaderboard import rules
from leaderboard.cards import board_card, manager_card
from leaderboard.models import BoardPush
from leaderboard.queries import find_places, find_store_rows
from org.models import Role, Staff
from org.queries import list_active_guides
from org.rules import ROOT_PATH
from outbox.actions import enqueue
from outbox.models import Lane

RECOUNT_LOCK = 7_310_000_000

# Adds and losses come from the timeline, which only grows: a relation's own dates move when she is added again. Subqueries in
# WHERE are looks at one customer's few entries by index; as joins, the planner may read the whole timeline.
# Weights come from leaderboard.rules as parameters, so that this statement and rules.points cannot drift apart.
RECOUNT = text("""
WITH added AS (
    SELECT DISTINCT customer_id, staff_id AS guide_id FROM timeline_entry
    WHERE kind = 'added' AND at >= :begins AND at < :ends AND staff_id IS NOT NULL
), ended AS (
    SELECT id, customer_id, staff_id AS guide_id, at FROM timeline_entry
    WHERE kind = 'ended' AND at >= :begins AND at < :ends AND staff_id IS NOT NULL AND facts->>'by' IN ('customer', 'guide')
), touch AS (
    SELECT staff_id AS guide_id, customer_id, 1 AS tagged, 0 AS sends FROM timeline_entry
    WHERE kind = 'tagged' AND at >= :begins AND at < :ends AND staff_id IS NOT NULL
    UNION ALL
    SELECT staff_id, customer_id, 0, 1 FROM item_send WHERE sent_at >= :begins AND sent_at < :ends
), touched AS (
    SELECT guide_id, customer_id, max(tagged) AS tagged, sum(sends) AS sends FROM touch GROUP BY guide_id, customer_id
), fact (guide_id, adds, losses, tagged, sends, touched, tasks_done, tasks_late, cares_done) AS (
    SELECT guide_id, count(*), 0, 0, 0, 0, 0, 0, 0 FROM added
    WHERE (SELECT min(at) FROM timeline_entry earlier WHERE earlier.customer_id = added.customer_id
           AND earlier.staff_id = added.guide_id AND earlier.kind = 'added') >= :begins
    GROUP BY guide_id
    UNION ALL
    SELECT guide_id, 0, count(DISTINCT customer_id), 0, 0, 0, 0, 0, 0 FROM ended
    WHERE (SELECT newest.kind FROM timeline_entry newest WHERE newest.customer_id = ended.customer_id
           AND newest.staff_id = ended.guide_id AND newest.kind IN ('added', 'ended')
           AND (newest.at, newest.id) < (ended.at, ended.id)
           ORDER BY newest.at DESC, newest.id DESC LIMIT 1) IS DISTINCT FROM 'ended'
    GROUP BY guide_id
    UNION ALL
    SELECT guide_id, 0, 0, sum(tagged), sum(sends), count(*), 0, 0, 0 FROM touched GROUP BY guide_id
    UNION ALL
    SELECT a.guide_id, 0, 0, 0, 0, 0, count(*) FILTER (WHERE a.done_at <= t.deadline_at),
        count(*) FILTER (WHERE a.done_at > t.deadline_at), 0
    FROM assignment a JOIN task t ON t.id = a.task_id
    WHERE a.done_at >= :begins AND a.done_at < :ends AND a.status = 'done' GROUP BY a.guide_id
    UNION ALL
    SELECT guide_id, 0, 0, 0, 0, 0, 0, 0, count(*) FROM care_done
    WHERE at >= :begins AND at < :ends AND outcome = 'done'
        AND since = (SELECT min(since) FROM care_done first
                     WHERE first.follow_id = care_done.follow_id AND first.node_id = care_done.node_id AND first.outcome = 'done')
    GROUP BY guide_id
    UNION ALL
    SELECT guide_id, 0, 0, 0, 0, 0, 0, 0, 0 FROM guide_day WHERE "on" = :on
), day AS (
    SELECT guide_id, sum(adds) AS adds, sum(losses) AS losses, sum(tagged) AS tagged, sum(sends) AS sends,
        sum(touched) AS touched, sum(tasks_done) AS tasks_done, sum(tasks_late) AS tasks_late, sum(cares_done) AS cares_done
    FROM fact GROUP BY guide_id
)
INSERT INTO guide_day ("on", guide_id, store_id, path, adds, losses, tagged, sends, touched, tasks_done, tasks_late, cares_done,
    points, recounted_at)
SELECT :on, day.guide_id, staff.store_id, staff.path, adds, losses, tagged, sends, touched, tasks_done, tasks_late, cares_done,
    :per_add * greatest(adds - losses, 0) + :per_touch * touched + :per_task * tasks_done + :per_late_task * tasks_late
    + :per_care * cares_done, :now
FROM day JOIN staff ON staff.id = day.guide_id
ON CONFLICT ("on", guide_id) DO UPDATE SET
    store_id = CASE WHEN :is_today THEN excluded.store_id ELSE guide_day.store_id END,
    path = CASE WHEN :is_today THEN excluded.path ELSE guide_day.path END,
    adds = excluded.adds, losses = excluded.losses, tagged = excluded.tagged, sends = excluded.sends, touched = excluded.touched,
    tasks_done = excluded.tasks_done, tasks_late = excluded.tasks_late, cares_done = excluded.cares_done,
    points = excluded.points, recounted_at = excluded.recounted_at
WHERE (guide_day.adds, guide_day.losses, guide_day.tagged, guide_day.sends, guide_day.touched, guide_day.tasks_done,
        guide_day.tasks_late, guide_day.cares_done, guide_day.points)
    IS DISTINCT FROM (excluded.adds, excluded.losses, excluded.tagged, excluded.sends, excluded.touched, excluded.tasks_done,
        excluded.tasks_late, excluded.cares_done, excluded.points)
    OR :is_today AND (guide_day.store_id, guide_day.path) IS DISTINCT FROM (excluded.store_id, excluded.path)
RETURNING guide_id
""")


def recount_day(session: Session, on: date) -> int:
    """Bring the facts of a Shanghai day up to date with their sources; how many guides' facts changed.

    Where a guide stood is fixed with the end of her day: moving to another store later does not take her points along.
    """
    # One recount of a day at a time: an older snapshot must not overwrite a newer one.
    session.execute(select(func.pg_advisory_xact_lock(RECOUNT_LOCK + on.toordinal())))
    bounds = {"on": on, "begins": clock.start_of(on), "ends": clock.start_of(date.fromordinal(on.toordinal() + 1))}
    weights = {
        "per_add": rules.ADD_POINTS, "per_touch": rules.TOUCH_POINTS, "per_task": rules.TASK_POINTS,
        "per_late_task": rules.LATE_TASK_POINTS, "per_care": rules.CARE_POINTS,
    }  # fmt: skip
    changed = session.execute(RECOUNT, bounds | weights | {"now": clock.now(), "is_today": on == clock.today()})
    return len(changed.all())


def push_board(session: Session, on: date, limit: int = 500) -> int:
    """Owe the next guides and store managers their board card of a day; how many, 0 when all have it or another is at it."""
    session.execute(insert(BoardPush).values(on=on, pushed_to=0, created_at=clock.now()).on_conflict_do_nothing())
    query = select(BoardPush).where(BoardPush.on == on, BoardPush.finished_at.is_(None)).with_for_update(skip_locked=True)
    push = session.scalar(query.execution_options(populate_existing=True))
    if push is None:
        return 0
    people = list_active_guides(session, ROOT_PATH, after_id=push.pushed_to, limit=limit)
    if not people:
        push.finished_at = clock.now()
        return 0
    # By noon of the next day the news is old.
    expires_at = clock.at(on, 12) + clock.days(1)
    enqueue(
        session, Lane.BULK, "message/send", _cards(session, on, people), about=f"board:{on.isoformat()}", expires_at=expires_at
    )
    push.pushed_to = people[-1].id
    return len(people)


def _cards(session: Session, on: date, people: Sequence[Staff]) -> dict[str, Json]:
    places = find_places(session, on, [person.id for person in people])
    managed = {person.id: person.store_id for person in people if person.role == Role.STORE_MANAGER and person.store_id}
    stores = find_store_rows(session, on, list(managed.values())) if managed else {}
    cards: dict[str, Json] = {}
    for person in people:
        store = stores.get(managed.get(person.id, 0))
        if person.id in places:
            mine = places[person.id]
            card = manager_card(person.userid, on, mine, store) if store else board_card(person.userid, on, mine)
            cards[f"board:{on.isoformat()}:{person.id}"] = card
    return cards
