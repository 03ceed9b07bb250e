"""Contributions: proposed once, withdrawn by her alone, decided once by who may, adopted under her name."""

import threading

import pytest

from content_library.models import ItemKind, ItemStatus
from content_library.proposal_actions import MOST_OPEN, adopt, decline, propose, withdraw
from content_library.proposal_models import Proposal, ProposalStatus
from content_library.proposal_queries import count_adopted, page_of_hers, page_proposals
from foundation import clock
from foundation.blobs import keep_blob
from foundation.db import transaction
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from outbox.models import OutgoingMessage
from tests.builders.sop import make_brand


def _propose(session, staff, **changes):
    given = {"title": "夜跑穿搭", "bubbles": ["{客户称呼}，夜跑穿这件不闷汗"], "blob_key": "", "why": "客户常问", "once": "1"}
    return propose(session, staff, **(given | changes))


def test_the_same_proposal_told_twice_is_one(session, people):
    assert _propose(session, people["guide"]).id == _propose(session, people["guide"]).id
    assert _propose(session, people["far"]).id != _propose(session, people["guide"]).id
    assert len(page_of_hers(session, people["guide"])) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"), ({"bubbles": []}, "body"), ({"bubbles": ["{价钱}"]}, "body"),
        ({"bubbles": ["长" * 1001]}, "body"),
        ({"blob_key": "0" * 64}, "blob_key"), ({"blob_key": "../etc"}, "blob_key"), ({"why": "长" * 201}, "why"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_kept(session, people, changes, field):
    with pytest.raises(Invalid) as problem:
        _propose(session, people["guide"], **changes)
    assert field in problem.value.fields
    assert page_of_hers(session, people["guide"]) == []


def test_only_she_withdraws_and_only_while_it_waits(session, people):
    mine = _propose(session, people["guide"])
    with pytest.raises(NotFound):
        withdraw(session, people["far"], mine.id)
    assert withdraw(session, people["guide"], mine.id).status == ProposalStatus.WITHDRAWN
    with pytest.raises(Conflict):
        adopt(session, people["hq"], mine.id, "标题", ["话"])


def test_adopted_it_is_published_under_her_name_with_the_reviewers_words_and_she_is_told(session, people):
    mine = _propose(session, people["guide"])
    item = adopt(session, people["hq"], mine.id, "夜跑这样穿", ["改过的话"], stage="成长期")
    assert (item.contributor_id, item.status, item.title) == (people["guide"].id, ItemStatus.PUBLISHED, "夜跑这样穿")
    assert mine.item_id == item.id
    (told,) = session.query(OutgoingMessage).all()
    assert told.payload["touser"] == "guide"
    now = clock.now()
    assert count_adopted(session, [people["guide"].id], now - clock.days(1), now + clock.days(1)) == {people["guide"].id: 1}
    with pytest.raises(Conflict):
        decline(session, people["hq"], mine.id, "晚了")


def test_a_picture_is_adopted_as_a_picture_with_its_words(session, people):
    mine = _propose(session, people["guide"], blob_key=keep_blob(b"\xff\xd8\xff picture"))
    item = adopt(session, people["hq"], mine.id, "上身照", ["雾蓝色上身"])
    assert item.kind == ItemKind.IMAGE


def test_a_regional_manager_decides_in_her_subtree_and_hands_in_for_review(session, people):
    mine, far = _propose(session, people["guide"]), _propose(session, people["far"])
    assert [row.id for row, _ in page_proposals(session, people["region"], ProposalStatus.OPEN)] == [mine.id]
    assert adopt(session, people["region"], mine.id, "夜跑", ["话"]).status == ItemStatus.REVIEW
    with pytest.raises(NotFound):
        decline(session, people["region"], far.id, "不合适")
    with pytest.raises(NotAllowed):
        decline(session, people["guide"], far.id, "不合适")


def test_declining_needs_a_reason(session, people):
    mine = _propose(session, people["guide"])
    with pytest.raises(Invalid) as problem:
        decline(session, people["hq"], mine.id, " ")
    assert "answer" in problem.value.fields
    assert decline(session, people["hq"], mine.id, "和已有的重复").answer == "和已有的重复"


def test_many_proposals_at_once_stay_within_the_limit(database):
    with transaction() as session:
        guide = make_brand(session).ai
    told = []

    def tell(number):
        try:
            with transaction() as session:
                _propose(session, guide, once=str(number))
        except Conflict:
            told.append(number)

    threads = [threading.Thread(target=tell, args=(number,)) for number in range(MOST_OPEN + 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as session:
        kept = session.query(Proposal).count()
    assert (kept, len(told)) == (MOST_OPEN, 8)
