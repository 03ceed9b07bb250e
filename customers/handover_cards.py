"""The words of a handover on a phone. Builds payloads, sends nothing."""

from collections.abc import Sequence

from customers.handover_models import Handover
from foundation.config import settings
from foundation.db import Json
from foundation.text import cut
from wecom.cards import text_notice, to_member


def receiver_card(userid: str, handover: Handover, guide: str, taken: int, notes: Sequence[tuple[str, str]]) -> Json:
    """message/send to a new guide: how many came from whom, some with their last note; it opens the list (DOC 90236)."""
    url = f"{settings().public_base_url}/sidebar/handovers/{handover.id}"
    rows = [(cut(name or "微信客户", 5), cut(note.replace("\n", " ") or "还没有备注", 30)) for name, note in notes]
    card = text_notice(
        f"{cut(guide, 12)} 的 {taken} 位客户交给您了", url, desc="先看看她们是谁、喜欢什么，再打招呼", rows=rows,
        source=settings().brand_name,
    )  # fmt: skip
    return to_member(userid, card)


def report_card(userid: str, handover: Handover, guide: str, taken: int, again: int) -> Json:
    """message/send to who confirmed: the figures of the end (DOC 90236)."""
    rows = [("已接替", f"{taken} 位"), ("没成功", f"{again} 位")]
    desc = "没成功的客户，可以在交接页换人再试" if again else "客户都已交给新的导购"
    url = f"{settings().public_base_url}/hq/handovers/{handover.id}"
    card = text_notice(f"{cut(guide, 12)} 的客户交接完成", url, desc=desc, rows=rows, source=settings().brand_name)
    return to_member(userid, card)
