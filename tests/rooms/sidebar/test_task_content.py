"""What headquarters attaches to a task: sent from the task's own page, a link opened there as her tracked link."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from content_library.actions import archive_item
from content_library.link_models import LinkVisit, TrackedLink
from content_library.models import Item, ItemKind, ItemSend
from foundation.db import transaction
from org.models import Staff
from sop.actions import seed_care_nodes
from sop.models import AnswerKind, CareDone, CareNode
from tests.builders.content_library import make_poster, make_script
from tests.builders.links import ADDRESS, make_link_item
from tests.builders.sop import Brand, make_copy, make_follow, make_task
from tests.rooms.sidebar.conftest import Phone

SignIn = Callable[[Staff], Phone]


def _task_with(brand: Brand, make: Callable[..., Item], **rest: object) -> tuple[int, int]:
    """(her copy, the item) of a task with something to send."""
    with transaction() as session:
        make_follow(session, brand.ai, "wm1", days_ago=1)
        item = make(session, brand.headquarters, **rest)
        task = make_task(session, brand, answer_kind=AnswerKind.TAP)
        task.item_id = item.id
        return make_copy(session, task, brand.ai).id, item.id


@pytest.mark.parametrize("kind", [ItemKind.LINK, ItemKind.ARTICLE, ItemKind.COUPON])
def test_a_tasks_link_opens_as_her_tracked_link(phone: SignIn, brand: Brand, kind: ItemKind, count_sql) -> None:  # type: ignore[no-untyped-def]
    number, item = _task_with(brand, make_link_item, kind=kind)
    hers = phone(brand.ai)
    with count_sql() as statements:
        page = hers.page(f"/sidebar/tasks/{number}?c=wm1")
    assert len(statements) <= 8, "\n".join(statements)
    assert f"/sidebar/items/{item}/open" in page
    assert "{客户称呼}" not in page
    leads = [hers.get(f"/sidebar/items/{item}/open").headers["Location"] for _ in range(2)]
    with transaction() as session:
        link = session.scalars(select(TrackedLink)).one()
    assert (link.staff_id, link.customer_id, link.url) == (brand.ai.id, None, ADDRESS)
    assert leads == [f"/r/{link.code}"] * 2
    there = hers.get(leads[0])
    assert there.status_code in {200, 302}
    with transaction() as session:
        assert session.scalars(select(LinkVisit.id)).all() == [], "a colleague's look is no visit"


def test_what_leads_nowhere_or_is_not_hers_is_not_opened(phone: SignIn, brand: Brand) -> None:
    with transaction() as session:
        script, link = make_script(session, brand.headquarters), make_link_item(session, brand.headquarters)
        archive_item(session, brand.headquarters, link.id)
    hers = phone(brand.ai)
    assert hers.get(f"/sidebar/items/{script.id}/open").status_code == 422
    gone = hers.get(f"/sidebar/items/{link.id}/open")
    assert gone.status_code == 404
    assert "回到素材里看看" in gone.text


def test_a_script_or_a_poster_stands_on_the_tasks_page_and_what_was_archived_says_so(phone: SignIn, brand: Brand) -> None:
    number, item = _task_with(brand, make_script, bubbles=["{客户称呼}，我是{导购}"])
    hers = phone(brand.ai)
    page = hers.page(f"/sidebar/tasks/{number}?c=wm1")
    assert f"wm1，我是{brand.ai.name}" in page
    assert "选一位客户去发" not in page
    assert "选一位客户去发" in hers.page(f"/sidebar/tasks/{number}")
    with transaction() as session:
        archive_item(session, brand.headquarters, item)
    assert "已下架或过了有效期" in hers.page(f"/sidebar/tasks/{number}")
    with transaction() as session:
        task = make_task(session, brand, answer_kind=AnswerKind.TAP)
        task.item_id = make_poster(session, brand.headquarters).id
        poster_copy = make_copy(session, task, brand.ai).id
    assert f"/sidebar/posters/{task.item_id}?task={poster_copy}" in hers.page(f"/sidebar/tasks/{poster_copy}")


def test_sending_what_the_care_of_today_asks_for_finishes_it_once(phone: SignIn, brand: Brand) -> None:
    with transaction() as session:
        script = make_script(session, brand.headquarters)
        seed_care_nodes(session, {1: script.id})
        make_follow(session, brand.ai, "wm1", days_ago=1)
        make_follow(session, brand.bo, "wm2", days_ago=1)
        node = session.scalars(select(CareNode).where(CareNode.day == 1)).one().id
    body = {"customer": "wm1", "item": script.id, "version": script.version_id, "bubbles": 1}
    hers, manager = phone(brand.ai), phone(brand.manager)
    assert manager.post("/sidebar/sends", body | {"once": "once-0000", "customer": "wm2"}).json == {"recorded": True}
    assert hers.post("/sidebar/sends", body | {"once": "once-0001"}).json == {"recorded": True, "care": True}
    assert hers.post("/sidebar/sends", body | {"once": "once-0001"}).json == {"recorded": False}
    assert hers.post("/sidebar/sends", body | {"once": "once-0002"}).json == {"recorded": True}
    with transaction() as session:
        assert [(done.node_id, done.guide_id, done.outcome) for done in session.scalars(select(CareDone))] == [
            (node, brand.ai.id, "done")
        ]
        assert len(session.scalars(select(ItemSend.id)).all()) == 3


def test_a_note_in_a_remark_is_not_how_a_customer_is_addressed(phone: SignIn, brand: Brand) -> None:
    with transaction() as session:
        make_script(session, brand.headquarters, title="称呼", bubbles=["{客户称呼}，您好呀"])
        make_follow(session, brand.ai, "wm1", days_ago=1).remark = "王女士（给妈妈买长款）"
        make_follow(session, brand.ai, "wm2", days_ago=1).remark = "（老客）"
    hers = phone(brand.ai)
    assert "王女士，您好呀" in hers.page("/sidebar/scripts/results?q=称呼&c=wm1")
    assert "（老客），您好呀" in hers.page("/sidebar/scripts/results?q=称呼&c=wm2")
