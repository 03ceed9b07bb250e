"""Application messages: the documented bodies, cards, updates, recall, group chats of apps (DOC 90236, 94888, 94867, 90245)."""

from typing import Any

import pytest

from tests.contract.conftest import REAL
from tests.contract.corp import Corp
from tests.contract.files import TEXT, VOICE, png
from tests.contract.samples import documented, shaped_like

URL = "https://www.example.com"
# Whether empty invalid* keys stand there on full success is not documented: they are left out of the comparison.
SENT = {"errcode": 0, "errmsg": "ok", "msgid": "xxxx"}
SOURCE = {"icon_url": f"{URL}/i.png", "desc": "导购助手", "desc_color": 1}
QUOTE = {"type": 1, "url": f"{URL}/q", "title": "引用标题", "quote_text": "李四：下午三点到店\n张三：收到"}
BUTTONS: dict[str, Any] = {
    "card_type": "button_interaction", "source": SOURCE, "main_title": {"title": "客户到店提醒", "desc": "李四 已到店"},
    "quote_area": QUOTE, "sub_title_text": "请尽快接待", "card_action": {"type": 1, "url": URL}, "task_id": "visit_20260101_001",
    "horizontal_content_list": [{"keyname": "会员", "value": "金卡"}],
    "button_selection": {
        "question_key": "q1", "title": "处理结果", "option_list": [{"id": "a", "text": "已接待"}, {"id": "b", "text": "转交"}],
        "selected_id": "a",
    },
    "button_list": [{"text": "提交", "style": 1, "key": "submit"}, {"text": "忽略", "style": 2, "key": "ignore"}],
}  # fmt: skip
TEXT_NOTICE: dict[str, Any] = {
    "card_type": "text_notice", "source": SOURCE,
    "action_menu": {"desc": "说明", "action_list": [{"text": "不再推送", "key": "mute"}, {"text": "稍后提醒", "key": "later"}]},
    "task_id": "daily_20260101_zhangsan", "main_title": {"title": "今日待办", "desc": "2026-01-01 门店 徐家汇"},
    "quote_area": QUOTE, "emphasis_content": {"title": "12", "desc": "待联系客户"}, "sub_title_text": "其中 3 位客户 30 天未联系",
    "horizontal_content_list": [
        {"keyname": "生日客户", "value": "2"}, {"type": 1, "keyname": "名单", "value": "点击查看", "url": f"{URL}/list"},
    ],
    "jump_list": [{"type": 1, "title": "打开工作台", "url": URL}],
    "card_action": {"type": 1, "url": URL, "appid": "", "pagepath": ""},
}  # fmt: skip
NEWS_NOTICE: dict[str, Any] = {
    "card_type": "news_notice", "source": SOURCE,
    "action_menu": {"desc": "说明", "action_list": [{"text": "收藏", "key": "fav"}]},
    "task_id": "news_1", "main_title": {"title": "新品到店", "desc": "春季系列"}, "quote_area": QUOTE,
    "image_text_area": {"type": 1, "url": URL, "title": "左图右文标题", "desc": "描述", "image_url": f"{URL}/a.png"},
    "card_image": {"url": f"{URL}/b.png", "aspect_ratio": 1.3},
    "vertical_content_list": [{"title": "上新 20 款", "desc": "库存已同步"}],
    "horizontal_content_list": [{"keyname": "吊牌价", "value": "399 起"}],
    "jump_list": [{"type": 1, "title": "查看", "url": URL}],
    "card_action": {"type": 1, "url": URL},
}  # fmt: skip
VOTE: dict[str, Any] = {
    "card_type": "vote_interaction", "source": {"icon_url": f"{URL}/i.png", "desc": "导购助手"},
    "main_title": {"title": "排班意向", "desc": "请在周五前选择"}, "task_id": "vote_1",
    "checkbox": {
        "question_key": "shift", "mode": 1,
        "option_list": [{"id": "am", "text": "早班", "is_checked": True}, {"id": "pm", "text": "晚班", "is_checked": False}],
    },
    "submit_button": {"text": "提交", "key": "vote_submit"},
}  # fmt: skip
SELECTS: dict[str, Any] = {
    "card_type": "multiple_interaction", "source": {"icon_url": f"{URL}/i.png", "desc": "导购助手"},
    "main_title": {"title": "客户跟进结果", "desc": "李女士"}, "task_id": "follow_1",
    "select_list": [
        {"question_key": "stage", "title": "阶段", "selected_id": "new",
         "option_list": [{"id": "new", "text": "新客"}, {"id": "deal", "text": "已成交"}]},
        {"question_key": "next", "title": "下次联系", "selected_id": "d3",
         "option_list": [{"id": "d3", "text": "3 天后"}, {"id": "d7", "text": "7 天后"}]},
    ],
    "submit_button": {"text": "提交", "key": "follow_submit"},
}  # fmt: skip


def send(wecom: Corp, msgtype: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return wecom.post("message/send", touser=wecom.member, msgtype=msgtype, agentid=wecom.agentid, **{msgtype: body}, **more)


def send_card(wecom: Corp, card: dict[str, Any]) -> dict[str, Any]:
    """A card that calls back needs the app's address; a real app has one."""
    if not REAL:
        wecom.control("receivers/app", "PUT", url="http://127.0.0.1:9/callback", verify=False)
    return send(wecom, "template_card", card, enable_id_trans=0, enable_duplicate_check=0, duplicate_check_interval=1800)


def media(wecom: Corp, kind: str, name: str, content: bytes) -> str:
    return str(wecom.upload("media/upload", name, content, type=kind)["media_id"])


@documented("90236", "message/send", writes=True)
def test_text(wecom: Corp) -> None:
    body = {"content": '请查看<a href="https://www.example.com">任务</a>\n今日'}
    envelope = {"safe": 0, "enable_id_trans": 0, "enable_duplicate_check": 0, "duplicate_check_interval": 1800}
    shaped_like(send(wecom, "text", body, **envelope), SENT)


@documented("90236", "message/send", writes=True)
def test_recipients_nobody_knows_are_named_beside_those_who_get_it(wecom: Corp) -> None:
    answer = wecom.post(
        "message/send", touser=f"{wecom.member}|nobody_at_all_1", toparty="99999999", msgtype="text", agentid=wecom.agentid,
        text={"content": "你好"},
    )  # fmt: skip
    shaped_like(answer, SENT | {"invaliduser": "userid1|userid2", "invalidparty": "partyid1|partyid2"})
    assert answer["invaliduser"] == "nobody_at_all_1"


@documented("90236", "message/send", writes=True)
def test_nobody_at_all_is_81013(wecom: Corp) -> None:
    answer = wecom.post("message/send", touser="nobody_at_all_1", msgtype="text", agentid=wecom.agentid, text={"content": "x"})
    assert answer["errcode"] == 81013


@documented("90236", "message/send", writes=True)
def test_textcard(wecom: Corp) -> None:
    words = '<div class="gray">2026年1月1日</div><div class="normal">到店提醒</div><div class="highlight">请于今日联系</div>'
    body = {"title": "领奖通知", "description": words, "url": f"{URL}/t/1", "btntxt": "更多"}
    shaped_like(send(wecom, "textcard", body, enable_id_trans=0), SENT)


@documented("90236", "message/send", writes=True)
def test_news(wecom: Corp) -> None:
    entry = {"title": "新品", "description": "春季", "url": URL, "picurl": f"{URL}/1.png"}
    shaped_like(send(wecom, "news", {"articles": [entry]}), SENT)


@documented("90236", "message/send", writes=True)
def test_mpnews(wecom: Corp) -> None:
    entry = {
        "title": "T", "thumb_media_id": media(wecom, "image", "a.png", png()), "author": "A", "content_source_url": URL,
        "content": "<p>html</p>", "digest": "D",
    }  # fmt: skip
    shaped_like(send(wecom, "mpnews", {"articles": [entry]}, safe=0), SENT)


@documented("90236", "message/send", writes=True)
def test_markdown(wecom: Corp) -> None:
    body = {"content": f'今日**待办** <font color="warning">3</font>\n> 客户：[李女士]({URL})'}
    shaped_like(send(wecom, "markdown", body), SENT)


@documented("90236", "message/send", writes=True)
@pytest.mark.parametrize("kind", ["image", "voice", "file"])
def test_files(wecom: Corp, kind: str) -> None:
    content = {"image": ("a.png", png()), "voice": ("a.amr", VOICE), "file": ("话术.txt", TEXT)}[kind]
    shaped_like(send(wecom, kind, {"media_id": media(wecom, kind, *content)}), SENT)


@documented("90236", "message/send", writes=True, people=True)
def test_video(wecom: Corp) -> None:
    """A member's own film: a real MP4 is more than a test should carry."""
    media_id = wecom.do("member_sends_app", userid=wecom.member, msgtype="video")["media_id"]
    shaped_like(send(wecom, "video", {"media_id": media_id, "title": "T", "description": "D"}, safe=0), SENT)


@documented("90236", "message/send", writes=True, people=True)
def test_miniprogram_notice(wecom: Corp) -> None:
    """Only an app with a mini program of its own may send it on the real platform."""
    body = {
        "appid": "wx0000000000000000", "page": "pages/index?userid=zhangsan", "title": "会议室预订成功通知",
        "description": "4月27日 16:16", "emphasis_first_item": True, "content_item": [{"key": "会议室", "value": "402"}],
    }  # fmt: skip
    answer = wecom.post(
        "message/send", touser=wecom.member, msgtype="miniprogram_notice", miniprogram_notice=body, enable_id_trans=0
    )
    shaped_like(answer, SENT)


@documented("90236", "message/send", writes=True)
@pytest.mark.parametrize("card", [BUTTONS, TEXT_NOTICE, NEWS_NOTICE, VOTE, SELECTS], ids=lambda card: str(card["card_type"]))
def test_each_card_and_its_response_code(wecom: Corp, card: dict[str, Any]) -> None:
    shaped_like(send_card(wecom, card), SENT | {"response_code": "xyzxyz"})


@documented("90236", "message/send", writes=True)
def test_a_row_of_a_card_may_name_a_file_and_a_member(wecom: Corp) -> None:
    rows = [
        {"type": 2, "keyname": "话术", "value": "话术.txt", "media_id": media(wecom, "file", "话术.txt", TEXT)},
        {"type": 3, "keyname": "店长", "value": "点击查看", "userid": wecom.member},
    ]
    shaped_like(send_card(wecom, TEXT_NOTICE | {"horizontal_content_list": rows}), SENT | {"response_code": "xyzxyz"})


@documented("94888", "message/update_template_card", writes=True)
def test_a_button_is_greyed(wecom: Corp) -> None:
    code = send_card(wecom, BUTTONS)["response_code"]
    body = {"userids": [wecom.member], "agentid": wecom.agentid, "response_code": code, "button": {"replace_name": "已处理"}}
    answer = wecom.post("message/update_template_card", **body)
    shaped_like(answer, {"errcode": 0, "errmsg": "ok", "invaliduser": ["userid1"]}, optional=("invaliduser[]",))
    assert wecom.post("message/update_template_card", **body)["errcode"] == 60140


@documented("94888", "message/update_template_card", writes=True)
def test_a_card_is_replaced_and_strangers_are_named(wecom: Corp) -> None:
    code = send_card(wecom, SELECTS)["response_code"]
    card = {key: value for key, value in SELECTS.items() if key not in ("task_id", "submit_button")} | {"replace_text": "已提交"}
    answer = wecom.post(
        "message/update_template_card", userids=[wecom.member, "Nobody_at_all_1"], agentid=wecom.agentid, response_code=code,
        enable_id_trans=1, template_card=card,
    )  # fmt: skip
    shaped_like(answer, {"errcode": 0, "errmsg": "ok", "invaliduser": ["userid1"]})
    assert answer["invaliduser"] == ["nobody_at_all_1"]


@documented("94888", "message/update_template_card", writes=True, people=True)
def test_the_code_of_a_submitted_card_answers_it(wecom: Corp) -> None:
    msgid = send_card(wecom, SELECTS)["msgid"]
    deed = {"userid": wecom.member, "msgid": msgid, "key": "follow_submit", "selected": {"stage": ["deal"], "next": ["d7"]}}
    code = wecom.do("member_clicks_card", **deed)["response_code"]
    body = {"userids": [wecom.member], "agentid": wecom.agentid, "response_code": code, "button": {"replace_name": "已提交"}}
    answer = wecom.post("message/update_template_card", **body)
    assert answer == {"errcode": 0, "errmsg": "ok", "invaliduser": []}


@documented("94867", "message/recall", writes=True)
def test_a_message_is_recalled(wecom: Corp) -> None:
    msgid = send(wecom, "text", {"content": "发错了"})["msgid"]
    shaped_like(wecom.post("message/recall", msgid=msgid), {"errcode": 0, "errmsg": "ok"})


@documented("90245", "appchat/create", "appchat/update", "appchat/get", "appchat/send", writes=True, people=True)
def test_a_chat_is_made_changed_shown_and_written_to(wecom: Corp) -> None:
    made = wecom.post("appchat/create", name="店务", owner=wecom.member, userlist=[wecom.member, "zhouting"], chatid="CHATID1")
    shaped_like(made, {"errcode": 0, "errmsg": "ok", "chatid": "CHATID"})
    changed = wecom.post("appchat/update", chatid="CHATID1", name="店务二", add_user_list=["wufang"], del_user_list=["zhouting"])
    shaped_like(changed, {"errcode": 0, "errmsg": "ok"})
    info = {"chatid": "CHATID", "name": "NAME", "owner": "userid2", "userlist": ["userid1"], "chat_type": 0}
    shaped_like(wecom.get("appchat/get", chatid="CHATID1"), {"errcode": 0, "errmsg": "ok", "chat_info": info})
    sent = wecom.post("appchat/send", chatid="CHATID1", msgtype="text", text={"content": "你好"}, safe=0)
    shaped_like(sent, {"errcode": 0, "errmsg": "ok"})
