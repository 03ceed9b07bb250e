"""Fill the demo's brand: callback addresses, the first sync, sample content, codes. Safe to repeat."""

import sys
import time
from datetime import timedelta

from sqlalchemy.orm import Session

from acquisition import actions as acquisition
from content_library.calendar_actions import publish_range
from content_library.persona_actions import assign
from content_library.persona_rules import HolderKind
from content_library.queries import list_personas
from content_library.starter_library import care_scripts, seed_content
from customers.queries import list_tags
from customers.tag_list import seed_tag_groups
from demo.platform import Platform
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from org import actions as org
from org import queries as people
from org.models import Staff, SyncStatus
from sop import actions as sop

CHANNEL = "门店台卡"
CHANNEL_TAG = "喜欢到店试穿"
OPERATOR = "hq_wangmin"
ROOT_PATH, ROOT_DEPARTMENT = "1.", 1
PERSONA, PERSONA_DAYS = "搭配师", 14
SYNC_SECONDS = 120


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


def fill() -> None:
    """Content, care plan, welcome and a code for each guide."""
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


def _begin_persona(session: Session, operator: Staff) -> None:
    """Everybody speaks in one persona, its next two weeks are published: the calendar shows both kinds of entries."""
    persona = next(one for one in list_personas(session) if one.name == PERSONA)
    assign(session, operator, persona.id, HolderKind.REGION, ROOT_DEPARTMENT)
    publish_range(session, operator, persona.id, clock.today(), clock.today() + timedelta(days=PERSONA_DAYS - 1))


def main(simulator: str, product: str) -> None:
    """Fill everything; prints a line a step."""
    slowest = verify_callbacks(Platform(simulator), product)
    print(f"  回调地址已验证（{slowest:.0f} ms）", flush=True)
    first_sync()
    print("  首次同步完成", flush=True)
    fill()
    print("  示例内容、客户 SOP、渠道活码已就绪", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except SeedFailed as problem:
        sys.exit(str(problem))
