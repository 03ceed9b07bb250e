"""Documented samples of 获客助手 (DOC 97297, 97298, 97375, 100130)."""

import time

from tests.contract.corp import Corp, Json
from tests.contract.samples import documented, shaped_like

LINK = {
    "link_id": "LINK_ID_AAA", "link_name": "LINK_NAME", "url": "https://work.weixin.qq.com/ca/xxxxxx", "create_time": 1672502400,
}  # fmt: skip


def new_link(wecom: Corp) -> Json:
    return wecom.post(
        "externalcontact/customer_acquisition/create_link", link_name="获客链接1号",
        range={"user_list": [wecom.member], "department_list": [101]}, skip_verify=True, mark_source=True,
        priority_option={"priority_type": 2, "priority_userid_list": [wecom.member]},
    )  # fmt: skip


@documented("97297", "externalcontact/customer_acquisition/list_link")
def test_list_link(wecom: Corp) -> None:
    answer = wecom.post("externalcontact/customer_acquisition/list_link", limit=100, cursor="")
    sample = {"errcode": 0, "errmsg": "ok", "link_id_list": ["LINK_ID_AAA"], "next_cursor": "CURSOR"}
    shaped_like(answer, sample, optional=("link_id_list[]",))


@documented(
    "97297",
    "externalcontact/customer_acquisition/create_link",
    "externalcontact/customer_acquisition/get",
    writes=True,
    people=True,
)
def test_create_and_get(wecom: Corp) -> None:
    made = new_link(wecom)
    shaped_like(made, {"errcode": 0, "errmsg": "ok", "link": LINK})
    answer = wecom.post("externalcontact/customer_acquisition/get", link_id=made["link"]["link_id"])
    sample = {
        "errcode": 0, "errmsg": "ok",
        "link": {"link_name": "LINK_NAME", "url": "https://work.weixin.qq.com/ca/xxxxxx", "create_time": 1672502400,
                 "skip_verify": True, "mark_source": True},
        "range": {"user_list": ["rocky"], "department_list": [1]},
        "priority_option": {"priority_type": 2, "priority_userid_list": ["tom"]},
    }  # fmt: skip
    shaped_like(answer, sample)


@documented(
    "97297",
    "externalcontact/customer_acquisition/update_link",
    "externalcontact/customer_acquisition/delete_link",
    writes=True,
    people=True,
)
def test_update_and_delete(wecom: Corp) -> None:
    link_id = new_link(wecom)["link"]["link_id"]
    body = {"link_id": link_id, "link_name": "获客链接2号", "range": {"user_list": [wecom.member]}}
    for name, given in (("update_link", body), ("delete_link", {"link_id": link_id})):
        answer = wecom.post(f"externalcontact/customer_acquisition/{name}", **given)
        shaped_like(answer, {"errcode": 0, "errmsg": "ok"})
        assert answer["errcode"] == 0


@documented("97298", "externalcontact/customer_acquisition/customer", writes=True, people=True)
def test_customers(wecom: Corp) -> None:
    link = new_link(wecom)["link"]
    wecom.do("customer_requests_by_link", url=f"{link['url']}?customer_channel=CHANNEL")
    answer = wecom.post("externalcontact/customer_acquisition/customer", link_id=link["link_id"], limit=1000, cursor="")
    row = {"external_userid": "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA", "userid": "zhangsan", "chat_status": 0, "state": "CHANNEL_A"}
    shaped_like(answer, {"errcode": 0, "errmsg": "ok", "customer_list": [row], "next_cursor": "CURSOR"})


@documented("97375", "externalcontact/customer_acquisition/statistic", writes=True, people=True)
def test_statistic(wecom: Corp) -> None:
    link, now = new_link(wecom)["link"], int(time.time())
    figures = wecom.post(
        "externalcontact/customer_acquisition/statistic", link_id=link["link_id"], start_time=now - 86400, end_time=now
    )
    shaped_like(figures, {"errcode": 0, "errmsg": "ok", "click_link_customer_cnt": 1000, "new_customer_cnt": 500})


@documented("97375", "externalcontact/customer_acquisition_quota")
def test_quota(wecom: Corp) -> None:
    answer = wecom.get("externalcontact/customer_acquisition_quota")
    rows = [{"expire_date": 1672502400, "balance": 500}]
    sample = {"errcode": 0, "errmsg": "ok", "total": 1000, "balance": 500, "quota_list": rows}
    shaped_like(answer, sample, optional=("quota_list[]",))


@documented("100130", "externalcontact/customer_acquisition/get_chat_info", writes=True, people=True)
def test_get_chat_info(wecom: Corp) -> None:
    link = new_link(wecom)["link"]
    came = wecom.do("customer_requests_by_link", link_id=link["link_id"], customer_channel="STATE")
    for _ in range(3):
        wecom.do("customer_sends", userid=came["userid"], external_userid=came["external_userid"], content="你好")
    told = wecom.control("callbacks?event=customer_acquisition&change_type=message_from_customer")
    xml = str(told["attempts"][0]["xml"])
    key = xml.partition("<ChatKey><![CDATA[")[2].partition("]]>")[0]
    answer = wecom.post("externalcontact/customer_acquisition/get_chat_info", chat_key=key)
    info = {"recv_msg_cnt": 3, "link_id": "LINK_ID", "state": "STATE"}
    shaped_like(answer, {"errcode": 0, "errmsg": "ok", "userid": "tom", "external_userid": "wm", "chat_info": info})
