"""企业群发 as documented: plan, records, reminders, stopping (DOC 92135, 93338, 97610, 97611)."""

import time
from typing import Any

from tests.contract.conftest import REAL
from tests.contract.corp import Corp, Json
from tests.contract.samples import documented, shaped_like

OK = {"errcode": 0, "errmsg": "ok"}
TEXT = {"content": "文本消息内容"}
LINK = {"msgtype": "link", "link": {"title": "消息标题", "desc": "消息描述", "url": "https://work.weixin.qq.com"}}
DISPATCHING = 41063


def planned(wecom: Corp, **changes: Any) -> Json:
    body = {"chat_type": "single", "external_userid": [wecom.customer], "sender": wecom.member, "text": TEXT}
    return wecom.post("externalcontact/add_msg_template", **(body | changes))


def once_dispatched(wecom: Corp, path: str, **body: Any) -> Json:
    """The answer as soon as the platform has worked the send out; it says 41063 until then."""
    deadline = time.monotonic() + 60
    answer = wecom.post(path, **body)
    while answer["errcode"] == DISPATCHING and time.monotonic() < deadline:
        time.sleep(0.3)
        answer = wecom.post(path, **body)
    return answer


def span() -> Json:
    now = int(time.time())
    return {"start_time": now - 7 * 86400, "end_time": now + 60}


@documented("92135", "externalcontact/add_msg_template", writes=True)
def test_add_msg_template(wecom: Corp) -> None:
    answer = planned(wecom, attachments=[LINK])
    shaped_like(
        answer, OK | {"fail_list": ["wmqfasd1e1927831123109rBAAAA"], "msgid": "msgGCAAAXtWyujaWJHDDGi0mAAAA"}, ("fail_list[]",)
    )


@documented("92135", "externalcontact/add_msg_template", writes=True)
def test_add_msg_template_by_tags(wecom: Corp) -> None:
    made = wecom.post("externalcontact/add_corp_tag", group_name="契约群发", tag=[{"name": "契约"}])["tag_group"]["tag"][0]
    wecom.post("externalcontact/mark_tag", userid=wecom.member, external_userid=wecom.customer, add_tag=[made["id"]])
    tag_filter = {"group_list": [{"tag_list": [made["id"]]}]}
    answer = planned(wecom, external_userid=[], tag_filter=tag_filter, allow_select=True)
    shaped_like(answer, OK | {"fail_list": [], "msgid": "msg"})


@documented("93338", "externalcontact/get_groupmsg_list_v2")
def test_get_groupmsg_list_v2(wecom: Corp) -> None:
    if not REAL:
        planned(wecom, attachments=[LINK])
    answer = wecom.post("externalcontact/get_groupmsg_list_v2", chat_type="single", **span(), filter_type=2, limit=50, cursor="")
    row = {
        "msgid": "msgGCAAAXtWyujaWJHDDGi0mAAAA", "creator": "xxxx", "create_time": "xxxx", "create_type": 1,
        "text": {"content": "文本"}, "attachments": [{"msgtype": "link"}],
    }  # fmt: skip
    optional = ("group_msg_list[]", "group_msg_list[].creator", "group_msg_list[].attachments[]")
    shaped_like(answer, OK | {"next_cursor": "CURSOR", "group_msg_list": [row]}, optional)


@documented("93338", "externalcontact/get_groupmsg_task", "externalcontact/get_groupmsg_send_result", writes=True)
def test_the_records_of_a_send(wecom: Corp) -> None:
    msgid = planned(wecom)["msgid"]
    tasks = once_dispatched(wecom, "externalcontact/get_groupmsg_task", msgid=msgid, limit=50, cursor="")
    task = {"userid": "zhangsan", "status": 1, "send_time": 1552536375}
    shaped_like(tasks, OK | {"next_cursor": "CURSOR", "task_list": [task]}, ("task_list[].send_time",))
    rows = wecom.post("externalcontact/get_groupmsg_send_result", msgid=msgid, userid=wecom.member, limit=50, cursor="")
    row = {"external_userid": "wmqfasd1e19278asdasAAAA", "userid": "zhangsan", "status": 1, "send_time": 1552536375}
    shaped_like(rows, OK | {"next_cursor": "CURSOR", "send_list": [row]}, ("send_list[].send_time",))
    assert (tasks["task_list"][0]["status"], rows["send_list"][0]["status"]) == (0, 0)


@documented("93338", "externalcontact/get_groupmsg_task", "externalcontact/get_groupmsg_send_result", writes=True, people=True)
def test_the_records_once_she_has_confirmed(wecom: Corp) -> None:
    msgid = planned(wecom)["msgid"]
    wecom.do("member_confirms_group_send", userid=wecom.member, msgid=msgid)
    tasks = once_dispatched(wecom, "externalcontact/get_groupmsg_task", msgid=msgid)
    assert tasks["task_list"][0]["status"] == 2
    shaped_like(tasks["task_list"][0], {"userid": "zhangsan", "status": 2, "send_time": 1552536375})
    rows = wecom.post("externalcontact/get_groupmsg_send_result", msgid=msgid, userid=wecom.member)["send_list"]
    shaped_like(rows[0], {"external_userid": "wm", "userid": "zhangsan", "status": 1, "send_time": 1552536375})
    assert rows[0]["status"] == 1


@documented("93338", "externalcontact/get_groupmsg_send_result", writes=True, people=True)
def test_the_result_of_a_send_to_groups(wecom: Corp) -> None:
    group = next(each for each in wecom.control(f"groups?userid={wecom.member}")["groups"] if each["owner"] == wecom.member)
    msgid = planned(wecom, chat_type="group", external_userid=[], chat_id_list=[group["chat_id"]])["msgid"]
    wecom.do("member_confirms_group_send", userid=wecom.member, msgid=msgid)
    rows = once_dispatched(wecom, "externalcontact/get_groupmsg_send_result", msgid=msgid, userid=wecom.member)["send_list"]
    shaped_like(rows[0], {"chat_id": "wr", "userid": "zhangsan", "status": 1, "send_time": 1552536375})


@documented("97610", "externalcontact/remind_groupmsg_send", writes=True)
def test_remind_groupmsg_send(wecom: Corp) -> None:
    msgid = planned(wecom)["msgid"]
    answers = [once_dispatched(wecom, "externalcontact/remind_groupmsg_send", msgid=msgid) for _ in range(4)]
    shaped_like(answers[0], OK)
    assert [each["errcode"] for each in answers] == [0, 0, 0, 41094]


@documented("97611", "externalcontact/cancel_groupmsg_send", writes=True)
def test_cancel_groupmsg_send(wecom: Corp) -> None:
    msgid = planned(wecom)["msgid"]
    once_dispatched(wecom, "externalcontact/get_groupmsg_task", msgid=msgid)
    shaped_like(wecom.post("externalcontact/cancel_groupmsg_send", msgid=msgid), OK)
    assert wecom.post("externalcontact/cancel_groupmsg_send", msgid=msgid)["errcode"] == 41093


@documented("93338", "externalcontact/get_groupmsg_task")
def test_an_unknown_send(wecom: Corp) -> None:
    assert wecom.post("externalcontact/get_groupmsg_task", msgid="msgnope")["errcode"] == 41047
