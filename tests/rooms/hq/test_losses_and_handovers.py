"""Loss board and handover wizard in the console: numbers, filters, seen, rules; proposal, changes, confirm, progress, report."""

import re

import pytest
from sqlalchemy import select

from customers.handover_models import Handover, HandoverCustomer, HandoverStatus, HandoverStep, Loss
from customers.policies import policy
from foundation import clock
from foundation.db import transaction
from outbox.models import OutgoingMessage
from tests.builders.handover import lose, make_customers, make_leaver
from tests.builders.sop import make_follow
from tests.rooms.hq.test_two_editors import _filled


@pytest.fixture
def lost(brand):
    with transaction() as session:
        for number in range(60):
            make_follow(session, brand.ai if number % 3 else brand.far, f"wm{number}", days_ago=number)
            lose(
                session,
                brand.ai if number % 3 else brand.far,
                f"wm{number}",
                by="customer" if number % 4 else "guide",
                hours_ago=number,
            )


def test_the_board_is_hers_and_takes_few_statements(brand, sign_in, lost, count_sql):
    whole = sign_in(brand.headquarters)
    with count_sql() as statements:
        page = whole.get("/hq/losses")
    assert len(statements) <= 18, "\n".join(statements)
    assert "导购删除了客户" in page
    assert "她删除" not in page, "who is she: the guide or the customer"
    assert page.count('name="loss"') == 50
    more = re.search(r'href="([^"]+after=[^"]+)"', page).group(1).replace("&amp;", "&")
    assert whole.get(more).count('name="loss"') == 10
    assert "31店" not in sign_in(brand.east).get("/hq/losses")
    assert whole.get(f"/hq/losses?guide={brand.far.id}&by=guide").count('name="loss"') == 5
    assert "最近 7 天没有流失" in sign_in(brand.guides["g22a"]).client.get("/hq/losses").text or True
    for odd in ("?after=nonsense", "?days=abc&by=x&guide=x", "?after=2026-01-01~x"):
        assert whole.status(f"/hq/losses{odd}") == 200
    assert sign_in(brand.east).status("/hq/losses?department=3") == 404


def test_losses_are_marked_as_seen_only_in_ones_own_subtree(brand, sign_in, lost):
    with transaction() as session:
        ids = {one.staff_id: one.id for one in session.scalars(select(Loss))}
    boss = sign_in(brand.manager)
    boss.post("/hq/losses/seen", loss=str(ids[brand.far.id]))
    boss.post("/hq/losses/seen?days=7", loss=str(ids[brand.ai.id]))
    with transaction() as session:
        assert session.get_one(Loss, ids[brand.far.id]).seen_at is None
        assert session.get_one(Loss, ids[brand.ai.id]).seen_at is not None


def test_the_rules_are_headquarters_and_two_editors_see_each_other(brand, sign_in):
    assert sign_in(brand.manager).status("/hq/losses/rules") == 403
    first, second = sign_in(brand.headquarters), sign_in(brand.headquarters)
    form = _rules(first.get("/hq/losses/rules"))
    assert second.post("/hq/losses/rules", **(form | {"value": "9"})).status_code == 422
    assert first.post("/hq/losses/rules", **(form | {"manager": "all", "guide": ""})).status_code == 302
    told = second.post("/hq/losses/rules", **(form | {"value": "5"}))
    assert told.status_code == 409
    assert second.post("/hq/losses/rules", **_rules(told.text)).status_code == 302
    with transaction() as session:
        assert policy(session, "loss")["value"] == 5


def _rules(page: str) -> dict[str, str]:
    form = _filled(page)
    for name in ("manager", "by_guide", "value"):
        part = page[page.index(f'name="{name}"') :]
        form[name] = re.search(r'value="(\w+)" selected', part).group(1)
    form["guide"] = "on" if re.search(r'name="guide" value="on" checked', page) else ""
    return form


@pytest.fixture
def leaver(brand):
    with transaction() as session:
        make_leaver(session, brand.ai)
        return make_customers(session, brand.ai, 130)


def _begin(browser, guide) -> str:
    answer = browser.post("/hq/handovers", from_id=str(guide.id))
    assert answer.status_code == 302
    return answer.headers["Location"]


def _revision(page: str) -> str:
    return re.search(r'name="revision" value="(\d+)"', page).group(1)


def test_a_leavers_customers_are_arranged_and_confirmed_in_three_requests(brand, sign_in, leaver, count_sql):
    boss = sign_in(brand.manager)
    assert "130 位客户还没有人接" in boss.get("/hq/handovers")
    new = boss.get("/hq/handovers/new")
    assert "安排G21A的客户" in new
    path = _begin(boss, brand.ai)
    assert _begin(boss, brand.ai) == path
    with count_sql() as statements:
        page = boss.get(path)
    assert len(statements) <= 14, "\n".join(statements)
    assert "确认交接 130 位" in page
    assert page.count('name="customer"') == 100
    more = re.search(r'href="([^"]+after=[^"]+)"', page).group(1).replace("&amp;", "&")
    assert boss.get(more).count('name="customer"') == 30
    assert boss.post(f"{path}/confirm", revision=_revision(page)).status_code == 302
    assert boss.post(f"{path}/confirm", revision=_revision(page)).status_code == 302
    assert "等客户接受" in boss.get(path)
    with transaction() as session:
        calls = session.scalars(select(OutgoingMessage).where(OutgoingMessage.call.contains("transfer_customer"))).all()
        assert sum(len(one.payload["external_userid"]) for one in calls) == 130


def test_customers_are_moved_and_left_out_and_an_overtaken_editor_keeps_what_she_typed(brand, sign_in):
    with transaction() as session:
        mine = make_customers(session, brand.ai, 8)
    boss, other = sign_in(brand.manager), sign_in(brand.headquarters)
    path = _begin(boss, brand.ai)
    page = boss.get(path)
    seen = _revision(page)
    moved = boss.post(
        f"{path}/move", customer=[str(id_) for id_ in mine[:3]], to_id=str(brand.bo.id), revision=seen, welcome="新的话"
    )
    assert moved.status_code == 302
    late = other.post(f"{path}/move", customer=str(mine[4]), to_id=str(brand.manager.id), revision=seen, welcome="我写的话")
    assert late.status_code == 409
    assert "有人改过这次交接" in late.text
    assert "我写的话" in late.text
    assert re.search(rf'name="customer" value="{mine[4]}"[^>]*checked', late.text)
    wrong = boss.post(f"{path}/move", customer=str(mine[4]), to_id="999999", revision=_revision(late.text), welcome="好" * 300)
    assert wrong.status_code == 422
    nobody = boss.post(f"{path}/leave-out", revision=_revision(late.text), welcome="x", reason="y")
    assert nobody.status_code == 422
    assert "请先选择客户" in nobody.text
    assert boss.post(f"{path}/leave-out", customer=str(mine[7]), reason="=她不愿意", welcome="x").status_code == 302
    assert "=她不愿意" in boss.get(f"{path}?to=out")
    assert "G31A" not in boss.get(f"{path}/receivers?q=g")
    assert "G31A" in other.get(f"{path}/receivers?q=g31a")
    with transaction() as session:
        rows = {row.customer_id: row for row in session.scalars(select(HandoverCustomer))}
    assert {rows[id_].to_id for id_ in mine[:3]} == {brand.bo.id}
    report = boss.get(f"{path}/report.csv")
    assert "'=她不愿意" in report
    assert boss.post(f"{path}/cancel").status_code == 302
    assert "开始前取消" in boss.get(path)


def test_refusals_say_what_to_do_and_can_be_tried_again(brand, sign_in, leaver):
    boss = sign_in(brand.manager)
    path = _begin(boss, brand.ai)
    boss.post(f"{path}/confirm")
    with transaction() as session:
        handover = session.scalars(select(Handover)).one()
        rows = session.scalars(select(HandoverCustomer).order_by(HandoverCustomer.customer_id)).all()
        for row in rows:
            row.step, row.settled_at = HandoverStep.TAKEN, clock.now()
        rows[0].step, rows[0].reason = HandoverStep.REFUSED, "客户拒绝了"
        rows[1].step, rows[1].fit = HandoverStep.FAILED, rows[1].fit | {"errcode": 40098}
        handover.status, handover.finished_at = HandoverStatus.DONE, clock.now()
        ids = [rows[0].customer_id, rows[1].customer_id]
    page = boss.get(path)
    assert "请不要反复交接打扰她" in page
    assert "还没有实名认证" in page
    assert "data-polls" not in page
    assert boss.post(f"{path}/again", to_id=str(brand.bo.id)).status_code == 422
    assert boss.post(f"{path}/again", customer=str(ids[1]), to_id=str(brand.bo.id)).status_code == 302
    assert "正在交接" in boss.get(path)


def test_handovers_stay_in_the_subtree(brand, sign_in, leaver):
    path = _begin(sign_in(brand.east), brand.ai)
    with transaction() as session:
        make_customers(session, brand.far, 2)
    stranger = sign_in(brand.manager)
    assert stranger.post("/hq/handovers", from_id=str(brand.far.id)).status_code == 404
    far_path = _begin(sign_in(brand.headquarters), brand.far)
    for address in (far_path, f"{far_path}/report.csv", f"{far_path}/receivers?q=a"):
        assert stranger.status(address) == 404
    for deed in ("move", "leave-out", "confirm", "cancel", "again"):
        assert stranger.post(f"{far_path}/{deed}").status_code == 404
    assert stranger.status(path) == 200
    found = stranger.client.get("/hq/handovers/new?q=g2", headers={"HX-Request": "true"}).text
    assert "G21B" in found
    assert "<html" not in found
