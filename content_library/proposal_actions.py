"""What changes of guides' contributions (投稿): proposed, withdrawn, adopted into an item that bears her name, declined."""

from collections.abc import Sequence
from typing import Any, Unpack

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from content_library import bodies, rules
from content_library.actions import Placement, publish_item, save_item
from content_library.models import Item, ItemKind
from content_library.proposal_cards import decided_card
from content_library.proposal_models import Proposal, ProposalStatus
from content_library.reviewing import submit_for_review
from foundation import audit, clock
from foundation.blobs import blob_path
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Role, Staff
from org.queries import get_staff, inside
from outbox.actions import enqueue
from outbox.models import Lane

MOST_OPEN = 20
LONGEST_WHY = 200
LONGEST_ANSWER = 200


def body_of(bubbles: Sequence[str], blob_key: str) -> tuple[ItemKind, dict[str, Any]]:
    """What an adopted proposal becomes: a picture with its words, or a script."""
    if blob_key:
        return ItemKind.IMAGE, {"blob_key": blob_key} | ({"desc": "\n".join(bubbles)} if bubbles else {})
    return ItemKind.SCRIPT, {"bubbles": list(bubbles)}


def _problems(title: str, bubbles: Sequence[str], blob_key: str, why: str) -> dict[str, str]:
    kind, body = body_of(bubbles, blob_key)
    fields = dict(bodies.problems_of(kind, title, body))
    if not bubbles and not blob_key:
        fields["body"] = "写一段话，或者选一张图片"
    elif bubbles and (problem := bodies.bubbles_problem(list(bubbles))):
        fields["body"] = problem
    if blob_key and "blob_key" not in fields and not blob_path(blob_key).exists():
        fields["blob_key"] = "图片没有传上来，请重新选一张"
    if len(why) > LONGEST_WHY:
        fields["why"] = f"最多 {LONGEST_WHY} 个字，现在 {len(why)} 个字"
    return fields


def propose(session: Session, staff: Staff, title: str, bubbles: Sequence[str], blob_key: str, why: str, once: str) -> Proposal:
    """A guide proposes a script (bubbles) or a picture (`blob_key`, bubbles are its words). The same `once` is the same one.

    Raises Invalid with the fields title, body, blob_key, why; Conflict when too many of hers still wait.
    """
    title, why = title.strip(), why.strip()
    bubbles = [bubble.strip() for bubble in bubbles if bubble.strip()]
    mine = f"{staff.id}:{once}"[:80]
    # One of hers at a time: what many requests at once count is what the others have kept.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"proposals:{staff.id}", 0))))
    if earlier := session.scalar(select(Proposal).where(Proposal.once == mine)):
        return earlier
    if fields := _problems(title, bubbles, blob_key, why):
        raise Invalid("投稿还不能提交，请看标红的地方", fields)
    waiting = select(func.count()).where(Proposal.staff_id == staff.id, Proposal.status == ProposalStatus.OPEN)
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise Conflict(f"您已有 {MOST_OPEN} 条投稿在等总部看，先等等结果吧")
    row = {
        "staff_id": staff.id, "title": title, "bubbles": bubbles, "blob_key": blob_key, "why": why, "once": mine,
        "status": ProposalStatus.OPEN.value, "answer": "", "created_at": clock.now(),
    }  # fmt: skip
    session.execute(insert(Proposal).values(row).on_conflict_do_nothing(index_elements=["once"]))
    return session.scalars(select(Proposal).where(Proposal.once == mine)).one()


def withdraw(session: Session, staff: Staff, proposal_id: int) -> Proposal:
    """She takes hers back while nobody has decided; harmless to repeat. Raises NotFound, Conflict."""
    chosen = select(Proposal).where(Proposal.id == proposal_id, Proposal.staff_id == staff.id).with_for_update()
    proposal = session.scalar(chosen.execution_options(populate_existing=True))
    if proposal is None:
        raise NotFound("没有这条投稿")
    if proposal.status == ProposalStatus.WITHDRAWN:
        return proposal
    if proposal.status != ProposalStatus.OPEN:
        raise Conflict("总部已经处理过这条投稿，不能再撤回")
    proposal.status, proposal.decided_at = ProposalStatus.WITHDRAWN, clock.now()
    session.flush()
    return proposal


def _to_decide(session: Session, reviewer: Staff, proposal_id: int) -> Proposal:
    if reviewer.role not in {Role.HEADQUARTERS, Role.REGIONAL_MANAGER}:
        raise NotAllowed("您的角色不能处理投稿")
    hers = select(Proposal).join(Staff, Staff.id == Proposal.staff_id).where(inside(Staff.path, reviewer.path))
    locked = hers.where(Proposal.id == proposal_id).with_for_update(of=Proposal)
    proposal = session.scalar(locked.execution_options(populate_existing=True))
    if proposal is None:
        raise NotFound("没有这条投稿")
    if proposal.status != ProposalStatus.OPEN:
        raise Conflict("这条投稿刚刚有人处理过了，或导购已经撤回，请刷新看结果")
    return proposal


def _decide(session: Session, reviewer: Staff, proposal: Proposal, status: ProposalStatus, answer: str) -> None:
    proposal.status, proposal.answer = status, answer
    proposal.decided_by, proposal.decided_at = reviewer.id, clock.now()
    audit.record(session, f"staff:{reviewer.id}", f"proposal.{status.value}", f"proposal:{proposal.id}", title=proposal.title)
    guide = get_staff(session, proposal.staff_id)
    card = decided_card(guide.userid, proposal.title, status == ProposalStatus.ADOPTED, answer)
    about = f"proposal:{proposal.id}"
    enqueue(session, Lane.INTERACTIVE, "message/send", {about: card}, about=about, expires_at=clock.now() + clock.days(1))
    session.flush()


def adopt(
    session: Session,
    reviewer: Staff,
    proposal_id: int,
    title: str,
    bubbles: Sequence[str],
    *,
    because: str = "",
    **placement: Unpack[Placement],
) -> Item:
    """Make it an item that bears her name, with the reviewer's words: published by headquarters, handed in for review by others.

    Raises Invalid with the fields of the item (`because` when watched words need a reason), Conflict, NotAllowed, NotFound.
    """
    proposal = _to_decide(session, reviewer, proposal_id)
    bubbles = [bubble.strip() for bubble in bubbles if bubble.strip()]
    kind, body = body_of(bubbles, proposal.blob_key)
    if bubbles and (problem := bodies.bubbles_problem(bubbles)):
        raise Invalid("还不能采纳，请看标红的地方", {"body": problem} | dict(bodies.problems_of(kind, title.strip(), body)))
    item = save_item(session, reviewer, kind, title, body, **placement)
    item.contributor_id, proposal.item_id = proposal.staff_id, item.id
    if rules.may_publish(reviewer.role):
        publish_item(session, reviewer, item.id, because=because)
    else:
        submit_for_review(session, reviewer, item.id)
    _decide(session, reviewer, proposal, ProposalStatus.ADOPTED, "")
    return item


def decline(session: Session, reviewer: Staff, proposal_id: int, answer: str) -> Proposal:
    """Not this time, with the reason she is told. Raises Invalid with the field answer, Conflict, NotAllowed, NotFound."""
    proposal, answer = _to_decide(session, reviewer, proposal_id), answer.strip()
    if not answer:
        raise Invalid("请写一句原因", {"answer": "写一句原因，导购下次才知道怎么写"})
    if len(answer) > LONGEST_ANSWER:
        raise Invalid("原因太长", {"answer": f"最多 {LONGEST_ANSWER} 个字，现在 {len(answer)} 个字"})
    _decide(session, reviewer, proposal, ProposalStatus.DECLINED, answer)
    return proposal
