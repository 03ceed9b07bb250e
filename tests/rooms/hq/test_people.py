"""Organisation, customers, codes and boards: scoped to the viewer, bounded in cost, changed only by headquarters."""

import pytest

from acquisition.models import ChannelCode, CodeStatus
from customers.actions import set_consent
from customers.models import Consent, Customer
from foundation import clock
from foundation.audit import AuditEvent
from foundation.db import transaction
from hq.filters import happened, moment
from hq.pages import Choice, audience_choices, folded
from org.models import Role, Staff
from outbox.models import OutgoingMessage
from segments.facts import refresh
from tests.builders.customers import make_tags
from tests.builders.leaderboard import make_day
from tests.builders.sop import make_follow


def test_a_role_is_given_by_hand_ends_her_sessions_and_is_audited(brand, sign_in):
    hq, guide = sign_in(brand.headquarters), sign_in(brand.ai)
    hq.post(f"/hq/staff/{brand.ai.id}/role", role="store_manager")
    with transaction() as session:
        staff = session.get_one(Staff, brand.ai.id)
        assert (staff.role, staff.role_set_by_hand, staff.epoch) == (Role.STORE_MANAGER, True, 2)
        assert session.query(AuditEvent).filter_by(action="staff.set_role").one().subject == f"staff:{staff.id}"
    assert guide.status("/hq/") == 302
    hq.post(f"/hq/staff/{brand.ai.id}/role", role="")
    with transaction() as session:
        staff = session.get_one(Staff, brand.ai.id)
        assert (staff.role, staff.role_set_by_hand) == (Role.GUIDE, False)


@pytest.mark.parametrize(("who", "role", "status"), [("hq", "guide", 409), ("g21a", "empress", 422)])
def test_a_role_that_makes_no_sense_is_refused(brand, sign_in, who, role, status):
    target = brand.headquarters if who == "hq" else brand.ai
    assert sign_in(brand.headquarters).post(f"/hq/staff/{target.id}/role", role=role).status_code == status


def test_only_headquarters_ends_sessions(brand, sign_in):
    assert sign_in(brand.east).post(f"/hq/staff/{brand.ai.id}/sessions").status_code == 403
    sign_in(brand.headquarters).post(f"/hq/staff/{brand.ai.id}/sessions")
    with transaction() as session:
        assert session.get_one(Staff, brand.ai.id).epoch == 2


def test_people_are_listed_inside_the_viewers_subtree(brand, sign_in):
    page = sign_in(brand.east).get("/hq/organisation")
    assert "G22A" in page
    assert "G31A" not in page
    assert "G21A" in sign_in(brand.headquarters).get("/hq/organisation?q=21a")
    assert "没有找到成员" in sign_in(brand.headquarters).get("/hq/organisation?q=%25")


def test_departments_stand_below_their_parents(brand):
    with transaction() as session:
        tree = audience_choices(session, brand.headquarters)
        assert [(one.id, one.indent) for one in tree] == [(1, 0), (2, 1), (21, 2), (22, 2), (3, 1), (31, 2)]
        assert [one.indent for one in audience_choices(session, brand.east)] == [0, 1, 1]


def test_customers_are_found_by_name_with_masked_phones_and_long_names_cut_only_where_shown(brand, sign_in):
    with transaction() as session:
        follow = make_follow(session, brand.ai, "wmchen")
        make_follow(session, brand.far, "wmfar")
        customer = session.get_one(Customer, follow.customer_id)
        customer.name, customer.phone, customer.phone_last4 = "陈" + "长" * 9_999, "13800138000", "8000"
        session.flush()
        refresh(session)
    east = sign_in(brand.east)
    page = east.get("/hq/customers?q=陈长")
    assert "*******8000" in page
    assert "13800138000" not in page + east.get("/hq/customers/wmchen")
    assert page.count("长") < 200
    assert "没有找到“王”" in east.get("/hq/customers?q=王")
    assert east.status("/hq/customers/wmfar") == 404


def test_the_list_of_customers_costs_the_same_however_long_it_is(brand, sign_in, count_sql):
    hq = sign_in(brand.headquarters)

    def cost() -> int:
        with count_sql() as statements:
            hq.get("/hq/customers")
        return len(statements)

    with transaction() as session:
        make_follow(session, brand.ai, "wm0")
        refresh(session)
    few = cost()
    with transaction() as session:
        for number in range(1, 40):
            make_follow(session, brand.bo, f"wm{number}")
        refresh(session)
    assert cost() == few <= 8


def test_codes_are_asked_for_a_whole_store_once(brand, sign_in):
    manager, store = sign_in(brand.manager), brand.stores[21]
    for _ in range(2):
        manager.post("/hq/codes", store_id=str(store.id), channel="收银台")
    with transaction() as session:
        assert session.query(ChannelCode).count() == 3
        assert session.query(OutgoingMessage).filter_by(call="externalcontact/add_contact_way").count() == 3
        for code in session.query(ChannelCode):
            code.status, code.qr_code = CodeStatus.READY, "https://wx.example/qr.png"
    page = manager.get(f"/hq/codes?store_id={store.id}")
    assert page.count("https://wx.example/qr.png") == 6
    assert "data-polls" not in page
    assert manager.status(f"/hq/codes?store_id={brand.stores[31].id}") == 404
    assert manager.post("/hq/codes", store_id=str(brand.stores[31].id), channel="x").status_code == 404
    assert "1 到 20 个字" in manager.get(manager.post("/hq/codes", store_id=str(store.id), channel=" ").location)


def test_boards_are_shown_by_level_and_kept_to_the_viewers_guides(brand, sign_in):
    with transaction() as session:
        make_day(session, brand.ai, clock.today(), 12)
        make_day(session, brand.far, clock.today(), 30)
    east = sign_in(brand.east)
    guides = east.get("/hq/board?level=guide&period=day")
    assert "G21A" in guides
    assert "G31A" not in guides
    assert "怎么算分" in guides
    assert "华北大区" in east.get("/hq/board?level=region")
    assert "21店" in east.get("/hq/board?level=nonsense&period=never")
    assert east.status("/hq/board?department_id=3") == 404


def test_moments_and_timeline_lines_are_written_for_people():
    assert moment(None) == "—"
    assert moment(clock.at(clock.today(), 9, 5)) == "今天 09:05"
    assert moment(clock.from_unix(0)) == "—"
    entry = type("Entry", (), {"kind": "ended", "facts": {"by": "customer"}})()
    assert happened(entry) == "不再是好友：客户删除了导购"


def test_a_large_tree_shows_only_the_stores_around_the_open_department():
    regions = [Choice(id_, f"区{id_}", 1, f"1.{id_}.", "region") for id_ in (2, 3)]
    stores = [Choice(id_, f"店{id_}", 2, f"1.{2 + id_ % 2}.{id_}.", "store") for id_ in range(100, 500)]
    tree = [Choice(1, "总部", 0, "1.", "headquarters"), *regions, *stores]
    assert len(folded(tree, tree[0])) == 3
    assert {one.path[:4] for one in folded(tree, regions[0]) if one.kind == "store"} == {"1.2."}
    assert folded(tree, stores[1]) == folded(tree, regions[1])
    assert folded(tree[:50], tree[0]) == tree[:50]


def test_the_maker_of_codes_chooses_their_tags_and_codes_that_are_there_take_them_over(brand, sign_in):
    store = brand.stores[21].id
    with transaction() as session:
        first, second = (tag.id for tag in make_tags(session, "高客单", "亲子"))
    hq = sign_in(brand.headquarters)
    assert "高客单" in hq.get(f"/hq/codes?store_id={store}")
    hq.post("/hq/codes", store_id=store, channel="收银台")
    hq.post("/hq/codes", store_id=store, channel="收银台", tag_id=[str(first), str(second)])
    hq.post("/hq/codes", store_id=store, channel="收银台")
    hq.post("/hq/codes", store_id=store, channel="收银台", tag_id=["999999"])
    with transaction() as session:
        assert {tuple(code.tag_ids) for code in session.query(ChannelCode)} == {(first, second)}
    assert "高客单、亲子" in hq.get(f"/hq/codes?store_id={store}")


def test_the_console_shows_who_noted_a_customers_consent_and_when(brand, sign_in):
    with transaction() as session:
        follow = make_follow(session, brand.ai, "wm1")
    hq = sign_in(brand.headquarters)
    assert "还没有改过" in hq.get("/hq/customers/wm1")
    with transaction() as session:
        set_consent(session, follow.customer_id, Consent.NONE, f"staff:{brand.ai.id}", "sidebar", staff_id=brand.ai.id)
    page = hq.get("/hq/customers/wm1")
    assert "还没有改过" not in page
    assert "导购在侧边栏记下 · G21A" in page
    assert "都不接收" in page
    told = hq.get("/hq/audit")
    assert "全部接收" in told
    assert "都不接收" in told
    assert "只收服务消息" in hq.get("/hq/customers?view=all")
