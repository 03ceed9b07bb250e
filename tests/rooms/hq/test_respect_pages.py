"""The rules of contacting, a person's requests, and her timeline, through the console's front door."""

import io
import json
import re
import zipfile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from customers.actions import note_timeline, set_consent
from customers.models import Consent, Customer
from customers.person_requests import ask_for_data, copy_handed_out
from customers.policies import policy
from customers.profile_actions import seed_profile_fields
from customers.profile_models import ProfileAnswer, ProfileField
from customers.respect_models import DataRequest
from foundation import clock
from foundation.audit import AuditEvent
from foundation.db import transaction
from foundation.errors import Conflict
from jobs.person_jobs import erase_wanted
from tests.builders.sop import make_follow

FORM = {
    "quiet_from": "22:00", "quiet_until": "9:00", "marketing_most": "1", "marketing_days": "7", "marketing_gap": "72",
    "care_most": "3", "care_days": "7", "care_gap": "24", "places": "新疆 23:30-10:30\n喀什：00:30 至 11:00",
}  # fmt: skip


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_rules_of_contacting_are_set_and_checked(brand, sign_in):
    hq = sign_in(brand.headquarters)
    assert "还没有改过" in hq.get("/hq/contact-rules")
    wrong = hq.post("/hq/contact-rules", **FORM | {"quiet_from": "半夜", "care_most": "0", "places": "新疆"})
    assert wrong.status_code == 422
    for words in ("请写成 21:30 这样的时间", "次数应是 1 到 30 之间的整数", "这一行的时间请写成 23:30-10:30", "半夜"):
        assert words in wrong.text
    assert hq.post("/hq/contact-rules", **FORM).status_code == 302
    with transaction() as session:
        held = policy(session, "contact")
    assert held["places"] == {"新疆": ["23:30", "10:30"], "喀什": ["00:30", "11:00"]}
    assert (held["quiet_until"], held["marketing_most"]) == ("09:00", 1)
    assert "改客户规则" in hq.get("/hq/audit")
    assert sign_in(brand.east).status("/hq/contact-rules") == 403


def test_the_second_editor_of_the_rules_sees_what_the_first_changed(brand, sign_in):
    hq = sign_in(brand.headquarters)
    seen = seen_in(hq.get("/hq/contact-rules"))
    hq.post("/hq/contact-rules", **FORM, seen=seen)
    late = hq.post("/hq/contact-rules", **FORM | {"quiet_from": "20:00"}, seen=seen)
    assert late.status_code == 409
    assert "有人刚刚改成了：「22:00」" in late.text


@pytest.fixture
def customer(brand):
    with transaction() as session:
        follow = make_follow(session, brand.ai, "wmchen")
        customer = session.get_one(Customer, follow.customer_id)
        customer.name, customer.phone, customer.phone_last4 = "=陈女士", "13800138000", "8000"
        set_consent(session, customer.id, Consent.SERVICE_ONLY, "staff:1", "message", words="退订")
        return customer


def _asks(brand, kind):
    with transaction() as session:
        return ask_for_data(session, brand.headquarters, "wmchen", kind, "出示会员卡", f"once-{kind}").id


def test_a_request_is_noted_with_its_deadline_and_shown_until_it_is_done(noon, brand, sign_in, customer):
    hq = sign_in(brand.headquarters)
    assert "个人信息请求" in hq.get("/hq/customers/wmchen")
    assert 'href="/hq/customers/wmchen/person-requests/new"' not in sign_in(brand.east).get("/hq/customers/wmchen")
    path = "/hq/customers/wmchen/person-requests/new"
    wrong = hq.post(path, kind="all", identified_by="", once="o-1")
    assert wrong.status_code == 422
    assert "写明怎样确认是客户本人" in wrong.text
    for _ in range(2):
        assert hq.post(path, kind="copy", identified_by="出示会员卡", once="o-1").status_code == 302
    page = hq.get("/hq/person-requests")
    assert page.count("还有 15 个工作日") == 1
    assert "=陈女士" in page
    assert sign_in(brand.east).status("/hq/person-requests") == 403
    assert sign_in(brand.east).status(path) == 403


def test_her_copy_is_a_zip_of_her_own_data_without_formulas(brand, sign_in, customer):
    with transaction() as session:
        make_follow(session, brand.bo, "wmother")
    hq, number = sign_in(brand.headquarters), _asks(brand, "copy")
    answer = hq.post(f"/hq/person-requests/{number}/copy")
    assert answer.mimetype == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    told = json.loads(archive.read("个人信息.json"))
    assert told["基本资料"][0]["手机"] == "13800138000"
    assert told["接收意愿"][0]["原话"] == "退订"
    assert "wmother" not in archive.read("个人信息.json").decode()
    book = load_workbook(io.BytesIO(archive.read("个人信息.xlsx")))
    assert book["基本资料"]["A2"].value == "=陈女士"
    assert book["基本资料"]["A2"].data_type == "s"
    assert book["基本资料"]["A2"].quotePrefix
    assert "个人信息副本" in archive.read("说明.txt").decode()
    with transaction() as session:
        asked = session.get_one(DataRequest, number)
        assert asked.done_at is not None
        assert len(asked.proof["digest"]) == 64
    assert asked.proof["digest"] in hq.get(f"/hq/person-requests/{number}")
    assert hq.post(f"/hq/person-requests/{_asks(brand, 'erase')}/copy").status_code == 409
    assert "没有待办" not in hq.get("/hq/person-requests")
    assert "=陈女士" in hq.get("/hq/person-requests?done=1")


def test_wrong_data_is_put_right_with_what_was_typed_kept_on_errors(brand, sign_in, customer):
    hq, number = sign_in(brand.headquarters), _asks(brand, "correct")
    path = f"/hq/person-requests/{number}/correct"
    page = hq.get(path)
    assert 'value="13800138000"' in page
    form = {"phone": "139", "member_no": "VIP1", "birthday": "", "gender": "2", "province": "上海", "city": "上海"}
    wrong = hq.post(path, **form, seen=seen_in(page))
    assert wrong.status_code == 422
    assert "请填 11 位手机号" in wrong.text
    assert 'value="VIP1"' in wrong.text
    with transaction() as session:
        session.get_one(Customer, customer.id).city = "杭州"
    late = hq.post(path, **form | {"phone": "13900139000"}, seen=seen_in(page))
    assert late.status_code == 409
    assert "有人刚刚改成了：「杭州」" in late.text
    assert hq.post(path, **form | {"phone": "13900139000"}, seen=seen_in(late.text)).status_code == 302
    with transaction() as session:
        held = session.get_one(Customer, customer.id)
        assert (held.phone, held.phone_last4, held.member_no, held.gender) == ("13900139000", "9000", "VIP1", 2)
        facts = session.scalars(select(AuditEvent.facts).where(AuditEvent.action == "person.correct")).one()
        assert "13900139000" not in str(facts)
    assert "按客户的要求更正资料" in hq.get("/hq/customers/wmchen")
    assert hq.status(path) == 409
    assert "更正了" in hq.get(f"/hq/person-requests/{number}")


def test_she_is_erased_after_the_word_was_typed_and_the_proof_stays(brand, sign_in, customer):
    hq, number = sign_in(brand.headquarters), _asks(brand, "erase")
    path = f"/hq/person-requests/{number}"
    assert "删除这位客户的全部资料" in hq.get(path)
    assert hq.post(f"{path}/erase", typed="是").status_code == 422
    assert hq.post(f"{path}/erase", typed="删除").status_code == 302
    assert hq.get(path).count("正在删除") == 1, "the notice above stays when the proof has come by itself"
    assert erase_wanted() == 1
    page = hq.get(path)
    assert f"已删除的客户 {customer.id}" in page
    for words in ("客户轨迹", "去掉身份信息", "凭证 SHA-256", "企业微信里的好友关系"):
        assert words in page
    assert "陈女士" not in page
    assert hq.status("/hq/customers/wmchen") == 404
    assert "陈女士" not in hq.get("/hq/customers")
    assert hq.post(f"{path}/close", reason="x").status_code == 409


def test_of_who_was_erased_there_is_no_copy_and_the_proof_of_the_last_one_stays(brand, sign_in, customer):
    hq, number = sign_in(brand.headquarters), _asks(brand, "copy")
    hq.post(f"/hq/person-requests/{number}/copy").close()
    hq.post(f"/hq/person-requests/{_asks(brand, 'erase')}/erase", typed="删除")
    erase_wanted()
    with transaction() as session:
        proof = session.get_one(DataRequest, number).proof
    again = hq.post(f"/hq/person-requests/{number}/copy")
    assert (again.status_code, "资料已经删除，没有副本" in again.text) == (409, True)
    with transaction() as session:
        assert session.get_one(DataRequest, number).proof == proof
        with pytest.raises(Conflict):
            copy_handed_out(session, brand.headquarters, number, {"customer": 1}, "0" * 64)


def test_of_a_closed_request_there_is_no_copy(brand, sign_in, customer):
    hq, number = sign_in(brand.headquarters), _asks(brand, "copy")
    hq.post(f"/hq/person-requests/{number}/close", reason="她撤回了")
    answer = hq.post(f"/hq/person-requests/{number}/copy")
    assert (answer.status_code, "已经关闭，不能再导出副本" in answer.text) == (409, True)
    assert "她撤回了" in hq.get(f"/hq/person-requests/{number}")


def test_a_request_is_closed_with_a_reason(brand, sign_in, customer):
    hq, number = sign_in(brand.headquarters), _asks(brand, "erase")
    assert hq.post(f"/hq/person-requests/{number}/close", reason=" ").status_code == 422
    assert hq.post(f"/hq/person-requests/{number}/close", reason="她撤回了").status_code == 302
    assert "已关闭，没有办理" in hq.get(f"/hq/person-requests/{number}")


def test_her_timeline_is_filtered_by_group_and_guide_and_read_on(brand, sign_in, customer, count_sql):
    with transaction() as session:
        make_follow(session, brand.bo, "wmchen")
        for number in range(70):
            staff, at = (brand.ai, brand.bo)[number % 2], clock.now() - clock.days(number)
            note_timeline(
                session, customer.id, "sent", staff_id=staff.id, at=at, once=f"s{number}", title=f"话术{number}", item=7
            )
        note_timeline(session, customer.id, "visited", staff_id=None, at=clock.now(), once="v", title="徐家汇店")
    hq = sign_in(brand.headquarters)
    page = hq.get("/hq/customers/wmchen")
    assert "到店：徐家汇店" in page
    assert "原话“退订”" in page
    assert 'href="/hq/content/7"' in page
    talk = hq.get("/hq/customers/wmchen/timeline?group=talk")
    assert "到店" not in talk.split("timeline-list")[1]
    assert "发送：《话术0》" in talk
    only = hq.get(f"/hq/customers/wmchen/timeline?group=talk&by={brand.bo.id}")
    assert "话术1》" in only
    assert "话术0》" not in only
    more = re.search(r'hx-get="([^"]+before=\d+)"', talk)
    assert more
    address = more[1].replace("&amp;", "&")
    with count_sql() as statements:
        older = hq.get(address)
    assert len(statements) <= 5
    assert "话术30》" in older
    assert "话术29》" not in older
    assert sign_in(brand.manager).status("/hq/customers/wmchen/timeline") == 200
    with transaction() as session:
        far = brand.far
    assert sign_in(far).status("/hq/customers/wmchen/timeline") in (302, 403)


def test_several_choices_are_ticked_and_kept_in_their_order(brand, sign_in, customer):
    with transaction() as session:
        seed_profile_fields(session)
        field = session.scalars(select(ProfileField).where(ProfileField.name == "穿着场合")).one().id
    hq, number = sign_in(brand.headquarters), _asks(brand, "correct")
    path = f"/hq/person-requests/{number}/correct"
    page = hq.get(path)
    assert f'type="checkbox" name="field{field}" value="通勤"' in page
    assert "<textarea" not in page
    form = {"phone": "13800138000", "member_no": "", "birthday": "", "gender": "0", "province": "", "city": ""}
    answer = hq.post(path, **form, **{f"field{field}": ["", "通勤", "旅行"]}, seen=seen_in(page))
    assert answer.status_code == 302
    with transaction() as session:
        held = session.scalars(select(ProfileAnswer.value).where(ProfileAnswer.field_id == field)).one()
    assert held["value"] == ["通勤", "旅行"]
