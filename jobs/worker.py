"""`dramatiq jobs.worker`: the background jobs by name. Bodies are plain functions in *_jobs.py; here they become actors."""

from collections.abc import Callable
from datetime import date

import dramatiq

from foundation.config import settings
from foundation.log import logger, set_up_logging
from jobs import (
    api_jobs,
    batch_jobs,
    board_jobs,
    content_jobs,
    customer_jobs,
    drift_jobs,
    export_jobs,
    handover_jobs,
    import_jobs,
    kf_jobs,
    menu_jobs,
    owner_jobs,
    person_jobs,
    persona_jobs,
    poster_jobs,
    radar_jobs,
    segment_jobs,
    service_jobs,
    sop_jobs,
    sync_jobs,
    tag_jobs,
    tier_jobs,
)
from jobs.alone import alone
from jobs.broker import QUICK, SLOW, begun, make_broker
from jobs.daily import BY_NAME, for_day
from jobs.sweep_jobs import forget_old_events, forget_old_messages

log = logger(__name__)
set_up_logging(settings())
broker = make_broker()
dramatiq.set_broker(broker)

MINUTE = 60_000
Body = Callable[..., object]

QUICK_JOBS: dict[str, Body] = {
    "api.tell": api_jobs.tell_webhooks,
    "bot.pull_kf": kf_jobs.pull_kf,
    "bot.set_menu": menu_jobs.set_menu,
    "content_library.fetch_pictures": content_jobs.fetch_wanted_pictures,
    "content_library.post_cards": persona_jobs.send_post_cards,
    "content_library.want_pictures": content_jobs.want_code_pictures,
    "customers.poll_handovers": handover_jobs.poll_handovers,
    "customers.pull_unassigned": handover_jobs.pull_unassigned,
    "customers.pull_wanted": customer_jobs.pull_wanted,
    "customers.remind_steps": service_jobs.remind_due_steps,
    "customers.retier": tier_jobs.retier_due,
    "customers.tag_by_rules": tag_jobs.tag_by_rules,
    "customers.end_tags": tag_jobs.end_expired_tags,
    "customers.write_tags": tag_jobs.hand_on_tags,
    "customers.tell_losses": handover_jobs.tell_of_losses,
    "leaderboard.count_weeks": drift_jobs.count_weeks,
    "leaderboard.recount": board_jobs.recount_now,
    "org.pull_staff": sync_jobs.pull_staff,
    "radar.tell": radar_jobs.tell_fresh,
    "radar.tell_missed": radar_jobs.tell_missed,
    "segments.count": segment_jobs.count_again,
    "sop.hand_out": sop_jobs.hand_out_open,
    "sop.mark_late": sop_jobs.mark_late,
    "sop.grey_withdrawn": sop_jobs.grey_withdrawn,
    "sop.remind": sop_jobs.remind_open,
}
SLOW_JOBS: dict[str, Body] = {
    "content_library.draw_posters": poster_jobs.draw_waiting,
    "org.sync": sync_jobs.run_waiting,
    "customers.erase": person_jobs.erase_wanted,
    "customers.import": import_jobs.work_imports,
    "customers.merge": owner_jobs.merge_wanted,
    "customers.work_batches": batch_jobs.work_batches,
    "segments.export": export_jobs.write_exports,
    "segments.freeze": segment_jobs.freeze_waiting,
    "segments.refresh_daily": segment_jobs.refresh_daily,
}
DAILY_JOBS: dict[str, Callable[[date], object]] = {
    "api.forget_old": lambda _day: api_jobs.forget_old_calls(),
    "bot.forget_old": lambda _day: forget_old_events(),
    "content_library.draw_ahead": content_jobs.draw_ahead,
    "customers.count_tags": tag_jobs.count_tag_customers,
    "customers.fit_forecast": tier_jobs.fit_weekly,
    "customers.forget_imports": lambda _day: person_jobs.forget_old_imports(),
    "customers.own_night": lambda _day: owner_jobs.work_owner_night(),
    "customers.work_night": tier_jobs.work_night,
    "leaderboard.push": board_jobs.push_board,
    "leaderboard.recount_week": lambda _day: board_jobs.recount_last(),
    "org.reconcile": lambda _day: sync_jobs.ask_reconcile(),
    "outbox.forget_old": lambda _day: forget_old_messages(),
    "segments.forget_exports": lambda _day: export_jobs.forget_old_exports(),
    "segments.count_growth": segment_jobs.count_customers,
    "segments.turn_day": segment_jobs.turn_day,
    "sop.care_morning": sop_jobs.care_morning,
}


def announced(name: str, body: Body) -> Body:
    """The body as an actor runs it: it has begun, so it may be asked for again; its result is logged when there is one."""

    def run(*args: int | str) -> None:
        begun(name, args)
        result = body(*args)
        if result:
            log.info("job done", job=name, result=result)

    return run


def one_at_a_time(name: str, body: Body) -> Body:
    """The body, never run twice at once, here or on another machine."""

    def run(*args: int | str) -> object:
        with alone(name) as mine:
            return body(*args) if mine else None

    return run


def declare(name: str, body: Body, queue: str, minutes: int) -> None:
    """Make an actor. A failed run is tried again soon a few times; after that the next tick asks anew."""
    make_actor = dramatiq.actor(
        actor_name=name, queue_name=queue, broker=broker,
        max_retries=3, min_backoff=2_000, max_backoff=30_000, time_limit=minutes * MINUTE,
    )  # fmt: skip
    make_actor(announced(name, body))


for _name, _body in QUICK_JOBS.items():
    declare(_name, one_at_a_time(_name, _body), QUICK, minutes=10)
for _name, _body in SLOW_JOBS.items():
    # A sync claims its run by itself, one of a kind at a time: pulling tags need not wait for hours of customers.
    declare(_name, _body, SLOW, minutes=12 * 60)
for _name, _day_body in DAILY_JOBS.items():
    declare(_name, one_at_a_time(_name, for_day(_name, _day_body)), BY_NAME[_name].queue, minutes=120)
