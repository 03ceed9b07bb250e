"""客户朋友圈 and its attachments as documented (DOC 95094, 93333, 97612, 95098)."""

import time
from typing import Any

from tests.contract.corp import Corp, Json
from tests.contract.samples import documented, shaped_like
from tests.simulator.movies import movie, picture

OK = {"errcode": 0, "errmsg": "ok"}
EMPTY = {"errcode": 0, "errmsg": ""}
ADD, JOB = "externalcontact/add_moment_task", "externalcontact/get_moment_task_result"
MOMENT = "externalcontact/get_moment_"


def uploaded(wecom: Corp, media_type: str = "image") -> Json:
    content = picture(200, 150) if media_type == "image" else movie(6)
    return wecom.upload("media/upload_attachment", "附件.png", content, media_type=media_type, attachment_type=1)


def planned(wecom: Corp, *attachments: Json) -> Json:
    """The last answer about the job, once it is done."""
    scope: dict[str, Any] = {"sender_list": {"user_list": [wecom.member]}}
    jobid = wecom.post(ADD, text={"content": "文本消息内容"}, attachments=list(attachments), visible_range=scope)["jobid"]
    deadline = time.monotonic() + 60
    answer = wecom.get(JOB, jobid=jobid)
    while answer["errcode"] == 0 and answer["status"] != 3 and time.monotonic() < deadline:
        time.sleep(0.3)
        answer = wecom.get(JOB, jobid=jobid)
    return answer


def published(wecom: Corp, *attachments: Json) -> Json:
    who = {"moment_id": planned(wecom, *attachments)["result"]["moment_id"], "userid": wecom.member}
    wecom.do("member_publishes_moment", **who)
    return who


def image(wecom: Corp) -> Json:
    return {"msgtype": "image", "image": {"media_id": uploaded(wecom)["media_id"]}}


@documented("95098", "media/upload_attachment", writes=True)
def test_upload_attachment(wecom: Corp) -> None:
    sample = EMPTY | {"type": "image", "media_id": "1G6nrLmr5EC3MMb_-zK1dDdzmd0p7cNliYu9V5w7o8K0", "created_at": 1380000000}
    shaped_like(uploaded(wecom), sample)
    shaped_like(uploaded(wecom, "video"), sample | {"type": "video"})


@documented("95094", "externalcontact/add_moment_task", writes=True)
def test_add_moment_task(wecom: Corp) -> None:
    answer = wecom.post(
        ADD,
        text={"content": "文本消息内容"},
        attachments=[image(wecom)],
        visible_range={"sender_list": {"user_list": [wecom.member]}},
    )
    shaped_like(answer, OK | {"jobid": "xxxx"})


@documented("95094", "externalcontact/get_moment_task_result", writes=True)
def test_get_moment_task_result(wecom: Corp) -> None:
    answer = planned(wecom, image(wecom))
    result = OK | {
        "moment_id": "xxxx",
        "invalid_sender_list": {"user_list": [], "department_list": []},
        "invalid_external_contact_list": {"tag_list": []},
    }
    shaped_like(answer, OK | {"status": 3, "type": "add_moment_task", "result": result})


@documented("97612", "externalcontact/cancel_moment_task", writes=True)
def test_cancel_moment_task(wecom: Corp) -> None:
    moment_id = planned(wecom)["result"]["moment_id"]
    shaped_like(wecom.post("externalcontact/cancel_moment_task", moment_id=moment_id), OK)


@documented("93333", "externalcontact/get_moment_list")
def test_get_moment_list(wecom: Corp) -> None:
    now = int(time.time())
    answer = wecom.post(f"{MOMENT}list", start_time=now - 7 * 86400, end_time=now, filter_type=2, cursor="", limit=10)
    row = {
        "moment_id": "momxxx", "creator": "xxxx", "create_time": 1600000000, "create_type": 1, "visible_type": 1,
        "text": {"content": "test"}, "image": [{"media_id": "WWCISP_xxxxx"}],
        "video": {"media_id": "WWCISP_xxxxx", "thumb_media_id": "WWCISP_xxxxx"},
        "link": {"title": "腾讯网-QQ.COM", "url": "https://www.qq.com"},
        "location": {"latitude": "23.10647", "longitude": "113.32446", "name": "广州市"},
    }  # fmt: skip
    kinds = ("creator", "text", "image", "video", "link", "location")
    optional = ("moment_list[]", *(f"moment_list[].{each}" for each in kinds))
    shaped_like(answer, OK | {"next_cursor": "CURSOR", "moment_list": [row]}, optional)


@documented("93333", "externalcontact/get_moment_task", writes=True)
def test_get_moment_task(wecom: Corp) -> None:
    moment_id = planned(wecom)["result"]["moment_id"]
    answer = wecom.post(f"{MOMENT}task", moment_id=moment_id, cursor="", limit=10)
    shaped_like(answer, OK | {"next_cursor": "CURSOR", "task_list": [{"userid": "zhangsan", "publish_status": 1}]})


@documented("93333", "externalcontact/get_moment_customer_list", writes=True, people=True)
def test_get_moment_customer_list(wecom: Corp) -> None:
    answer = wecom.post(f"{MOMENT}customer_list", **published(wecom), cursor="", limit=10)
    row = {"userid": "xxx", "external_userid": "woAJ2GCAAAXtWyujaWJHDDGi0mACCCC"}
    shaped_like(answer, OK | {"next_cursor": "CURSOR", "customer_list": [row]})


@documented("93333", "externalcontact/get_moment_send_result", writes=True, people=True)
def test_get_moment_send_result(wecom: Corp) -> None:
    answer = wecom.post(f"{MOMENT}send_result", **published(wecom), cursor="", limit=10)
    shaped_like(answer, OK | {"next_cursor": "CURSOR", "customer_list": [{"external_userid": "woAJ2GCAAAXtWyujaWJHDDGi0mACCCC"}]})


@documented("93333", "externalcontact/get_moment_comments", writes=True, people=True)
def test_get_moment_comments(wecom: Corp) -> None:
    who = published(wecom, {"msgtype": "video", "video": {"media_id": uploaded(wecom, "video")["media_id"]}})
    wecom.do("customer_likes_moment", external_userid=wecom.customer, **who)
    wecom.do("member_comments_moment", content="谢谢", **who)
    row, own = (
        {"external_userid": "woAJ2GCAAAXtWyujaWJHDDGi0mACCCC", "create_time": 1605172726},
        {"userid": "zhangshan", "create_time": 1},
    )
    shaped_like(wecom.post(f"{MOMENT}comments", **who), OK | {"comment_list": [own], "like_list": [row]})


@documented("93333", "externalcontact/get_moment_comments")
def test_an_unknown_moment(wecom: Corp) -> None:
    assert wecom.post(f"{MOMENT}comments", moment_id="momnope", userid=wecom.member)["errcode"] == 41060
