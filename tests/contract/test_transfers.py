"""Documented samples of 在职/离职继承 (DOC 92125, 94088, 92124, 94081)."""

from tests.contract.corp import Corp
from tests.contract.samples import documented, shaped_like

TAKEOVER = "zhouting"
STARTED = {"errcode": 0, "errmsg": "ok", "customer": [{"external_userid": "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA", "errcode": 0}]}
RESULT = {
    "errcode": 0,
    "errmsg": "ok",
    "customer": [{"external_userid": "woAJ2GCAAAXtWyujaWJHDDGi0mACCCC", "status": 1, "takeover_time": 1588262400}],
    "next_cursor": "NEXT_CURSOR",
}
LEFT = {
    "errcode": 0,
    "errmsg": "ok",
    "info": [
        {"handover_userid": "zhangsan", "external_userid": "woAJ2GCAAAd4uL12hdfsdasassdDmAAAAA", "dimission_time": 1550838571}
    ],
    "is_last": False,
    "next_cursor": "aSfwejksvhToiMMfFeIGZZ",
}
EMPTY = ("info[]", "customer[]")


@documented("92125", "externalcontact/transfer_customer", writes=True, people=True)
def test_transfer_customer(wecom: Corp) -> None:
    wanted = [wecom.customer, "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA"]
    answer = wecom.post(
        "externalcontact/transfer_customer", handover_userid=wecom.member, takeover_userid=TAKEOVER, external_userid=wanted,
        transfer_success_msg="您好，您的服务已升级，后续将由我的同事张三@腾讯接替我的工作，继续为您服务。",
    )  # fmt: skip
    shaped_like(answer, STARTED)
    assert [row["errcode"] for row in answer["customer"]] == [0, 40096]


@documented("94088", "externalcontact/transfer_result", writes=True, people=True)
def test_transfer_result(wecom: Corp) -> None:
    pair = {"handover_userid": wecom.member, "takeover_userid": TAKEOVER}
    wecom.post("externalcontact/transfer_customer", **pair, external_userid=[wecom.customer])
    answer = wecom.post("externalcontact/transfer_result", **pair, cursor="")
    shaped_like(answer, RESULT)
    assert answer["customer"][0]["status"] == 2


@documented("92124", "externalcontact/get_unassigned_list")
def test_get_unassigned_list(wecom: Corp) -> None:
    shaped_like(wecom.post("externalcontact/get_unassigned_list", cursor="", page_size=100), LEFT, optional=EMPTY)


@documented(
    "94081", "externalcontact/resigned/transfer_customer", "externalcontact/resigned/transfer_result", writes=True, people=True
)
def test_resigned(wecom: Corp) -> None:
    wecom.do("member_resigns", userid=wecom.member)
    left = wecom.post("externalcontact/get_unassigned_list", page_size=1)
    shaped_like(left, LEFT)
    assert left["is_last"] is False
    pair = {"handover_userid": wecom.member, "takeover_userid": TAKEOVER}
    shaped_like(wecom.post("externalcontact/resigned/transfer_customer", **pair, external_userid=[wecom.customer]), STARTED)
    shaped_like(wecom.post("externalcontact/resigned/transfer_result", **pair, cursor=""), RESULT)


@documented("92125", "externalcontact/transfer_customer", "externalcontact/resigned/transfer_customer", writes=True)
def test_refusals(wecom: Corp) -> None:
    same = {"handover_userid": wecom.member, "takeover_userid": wecom.member, "external_userid": [wecom.customer]}
    assert wecom.post("externalcontact/transfer_customer", **same)["errcode"] == 40130
