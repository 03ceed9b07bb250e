"""Fill the demo's brand: callback addresses, the first sync, sample content, codes. Safe to repeat."""

import sys
import time
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from acquisition import actions as acquisition
from content_library.calendar_actions import publish_range
from content_library.persona_actions import assign
from content_library.persona_rules import HolderKind
from content_library.queries import list_personas
from content_library.starter_library import care_scripts, seed_content
from customers.policies import set_policy
from customers.queries import list_tags
from customers.tag_list import seed_tag_groups
from demo.lives import tell_lives
from demo.platform import Platform
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from jobs.daily import count_anew
from org import actions as org
from org import queries as people
from org.models import Staff, SyncStatus
from segments.models import FactsWanted
from sop import actions as sop

CHANNEL = "门店台卡"
CHANNEL_TAG = "喜欢到店试穿"
OPERATOR = "hq_wangmin"
ANY_HOUR = "--any-hour"
ROOT_PATH, ROOT_DEPARTMENT = "1.", 1
PERSONA, PERSONA_DAYS = "搭配师", 14
SYNC_SECONDS, FACTS_SECONDS = 120, 30


class SeedFailed(Exception):
    """The demo could not be filled; the text says which step and why."""


def verify_callbacks(platform: Platform, base: str) -> float:
    """Both callback addresses are saved and verified by the platform. Returns the slower answer in milliseconds."""
    chosen = settings()
    keys = {
        "app": (chosen.wecom_app_token, chosen.wecom_app_aes_key, chosen.wecom_agent_id),
        "contacts": (chosen.wecom_contacts_token, chosen.wecom_contacts_aes_key, None),
    }
    slowest = 0.0
    for name, (token, aes_key, agentid) in keys.items():
        answer = platform.set_receiver(
            name,
            url=f"{base}/wecom/callback/{name}",
            token=token.get_secret_value(),
            aes_key=aes_key.get_secret_value(),
            agentid=agentid,
        )
        if not answer["verified"]:
            raise SeedFailed(f"回调地址 {name} 没有通过验证：{answer.get('error')}")
        slowest = max(slowest, float(answer["elapsed_ms"]))
    return slowest


def first_sync() -> int:
    """Pull departments, staff, tags and customers through the jobs, as the console does. Returns the run's id."""
    with transaction() as session:
        run = org.start_run(session, "full", "script/demo")
    until = time.monotonic() + SYNC_SECONDS
    while time.monotonic() < until:
        with transaction() as session:
            run = people.get_run(session, run.id)
        if run.status == SyncStatus.DONE:
            return run.id
        if run.status == SyncStatus.FAILED:
            raise SeedFailed(f"首次同步失败：{run.error}")
        time.sleep(0.2)
    raise SeedFailed(f"首次同步 {SYNC_SECONDS} 秒还没有完成")


def never_quiet(session: Session, operator: Staff) -> None:
    """A walk begins at any hour: its brand has no quiet hours, as headquarters may decide (触达规则)."""
    set_policy(session, operator, "contact", {"quiet_from": "00:00", "quiet_until": "00:00", "places": {}})


def fill(*, any_hour: bool = False) -> None:
    """Content, care plan, welcome, a code for each guide, and what other systems know of her customers."""
    with transaction() as session:
        operator = people.find_staff(session, OPERATOR)
        if operator is None:
            raise SeedFailed(f"没有同步到总部账号 {OPERATOR}")
        seed_tag_groups(session)
        seed_content(session, operator)
        sop.seed_care_nodes(session, care_scripts(session))
        acquisition.default_welcome(session)
        marks = [tag.id for group in list_tags(session) for tag in group.tags if tag.name == CHANNEL_TAG]
        for guide in people.list_active_guides(session, ROOT_PATH, after_id=0, limit=500):
            acquisition.want_code(session, guide, CHANNEL, tag_ids=marks)
        _begin_persona(session, operator)
        tell_lives(session, operator)
        if any_hour:
            never_quiet(session, operator)


def count_at_once() -> None:
    """The boards are counted now and not only in the night, once the facts of what was just filled are worked out."""
    until = time.monotonic() + FACTS_SECONDS
    while time.monotonic() < until:
        with transaction() as session:
            if session.scalar(select(FactsWanted.id).limit(1)) is None:
                break
        time.sleep(0.2)
    with transaction() as session:
        count_anew(session)


def _begin_persona(session: Session, operator: Staff) -> None:
    """Everybody speaks in one persona, its next two weeks are published: the calendar shows both kinds of entries."""
    persona = next(one for one in list_personas(session) if one.name == PERSONA)
    assign(session, operator, persona.id, HolderKind.REGION, ROOT_DEPARTMENT)
    publish_range(session, operator, persona.id, clock.today(), clock.today() + timedelta(days=PERSONA_DAYS - 1))


def main(simulator: str, product: str, *, any_hour: bool = False) -> None:
    """Fill everything; prints a line a step. `any_hour`: without quiet hours."""
    slowest = verify_callbacks(Platform(simulator), product)
    print(f"  回调地址已验证（{slowest:.0f} ms）", flush=True)
    first_sync()
    print("  首次同步完成", flush=True)
    fill(any_hour=any_hour)
    count_at_once()
    print("  示例内容、客户 SOP、渠道活码、会员与订单已就绪", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], any_hour=ANY_HOUR in sys.argv[3:])
    except SeedFailed as problem:
        sys.exit(str(problem))
