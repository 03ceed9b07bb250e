"""message/send in every msgtype, recipients, cards and their updates (DOC 90236, 94867, 94888, 90240)."""

import pytest

from tests.simulator import cards
from tests.simulator.platform import AGENTID

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def send_card(platform, card, **changes):
    return platform.send(msgtype="template_card", template_card=card, **changes)


def test_partly_unknown_recipients_are_named_in_lower_case(platform):
    answer = platform.send(touser="lixiaomei|Nobody|ZhouTing", toparty="999", totag="7")
    assert answer["errcode"] == 0
    assert answer["msgid"]
    assert (answer["invaliduser"], answer["invalidparty"], answer["invalidtag"]) == ("nobody", "999", "7")
    assert [row["body"]["content"] for row in platform.inbox("zhouting")] == ["你好"]


def test_nobody_at_all_is_refused(platform):
    answer = platform.send(touser="admin")
    assert answer["errcode"] == 81013
    assert answer["invaliduser"] == "admin"
    assert platform.send(touser="")["errcode"] == 82001
    assert platform.send(touser="|".join(str(number) for number in range(1001)))["errcode"] == 40032


def test_a_party_and_everybody(platform):
    platform.send(touser="", toparty="11")
    platform.send(touser="@all")
    assert [len(platform.inbox(userid)) for userid in ("wufang", "hq_wangmin")] == [2, 1]


def test_every_plain_body(platform):
    image = platform.upload("image", "海报.png", PNG)["media_id"]
    file = platform.upload("file", "话术.docx", b"docx" * 8)["media_id"]
    video = platform.upload("video", "a.mp4", b"\0\0\0\x18ftypmp42" + b"0" * 32)["media_id"]
    bodies = {
        "text": {"content": "hi"}, "image": {"media_id": image}, "file": {"media_id": file},
        "video": {"media_id": video, "title": "T", "description": "D"},
        "textcard": {"title": "领奖通知", "description": '<div class="gray">1月1日</div>', "url": cards.URL, "btntxt": "更多"},
        "news": {"articles": [{"title": "新品", "description": "春季", "url": cards.URL, "picurl": cards.URL}]},
        "markdown": {"content": "今日**待办** <font color=\"warning\">3</font>"},
    }  # fmt: skip
    for msgtype, body in bodies.items():
        assert platform.send(msgtype=msgtype, **{msgtype: body})["errcode"] == 0, msgtype
    assert [row["msgtype"] for row in platform.inbox()] == list(bodies)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"msgtype": "nonsense"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": 5}}, 40058),
        ({"msgtype": "image", "image": {"media_id": "gone"}}, 40007),
        ({"msgtype": "textcard", "textcard": {"title": "t", "url": cards.URL}}, 41033),
        ({"msgtype": "textcard", "textcard": {"description": "t", "url": cards.URL}}, 41016),
        ({"msgtype": "news", "news": {"articles": [{"title": "t", "url": cards.URL}] * 9}}, 45008),
        ({"msgtype": "news", "news": {"articles": [{"title": "t", "url": cards.URL}]}, "safe": 1}, 40074),
        ({"msgtype": "markdown", "markdown": {"content": "长" * 700}}, 45002),
        ({"agentid": 5}, 40056),
        ({"agentid": None}, 41011),
    ],
)
def test_what_is_wrong_with_a_message(platform, changes, code):
    assert platform.send(**changes)["errcode"] == code


def test_a_long_text_is_cut_at_2048_bytes(platform):
    platform.send(text={"content": "长" * 1000})
    assert len(platform.inbox()[0]["body"]["content"].encode()) == 2046


def test_the_same_request_inside_the_interval_is_delivered_once(platform):
    for _ in range(3):
        assert platform.send(enable_duplicate_check=1, duplicate_check_interval=60)["errcode"] == 0
    assert len(platform.inbox()) == 1
    platform.control("clock", advance=61)
    platform.send(enable_duplicate_check=1, duplicate_check_interval=60)
    assert len(platform.inbox()) == 2


def test_names_stand_for_ids(platform):
    platform.send(text={"content": "$userName=lixiaomei$ $departmentName=101$ $userName=nobody$"}, enable_id_trans=1)
    assert platform.inbox()[0]["body"]["content"] == "李小美 上海徐家汇店 $userName=nobody$"


def test_recall(platform):
    msgid = platform.send()["msgid"]
    assert platform.post("message/recall", msgid=msgid)["errcode"] == 0
    assert platform.inbox()[0]["recalled"] is True
    old = platform.send()["msgid"]
    platform.control("clock", advance=86401)
    platform._tokens.clear()
    assert platform.post("message/recall", msgid=old)["errcode"] == 42052
    assert platform.post("message/recall", msgid="x")["errcode"] == 40058


@pytest.mark.parametrize("kind", list(cards.ALL))
def test_each_documented_card_is_taken(platform, app_receiver, kind):
    answer = send_card(platform, cards.ALL[kind])
    assert answer["errcode"] == 0
    assert ("response_code" in answer) == (kind != "news_notice")
    assert platform.inbox()[0]["body"] == cards.ALL[kind]


def test_a_card_that_calls_back_needs_an_address(platform):
    assert send_card(platform, cards.BUTTONS)["errcode"] == 43012
    assert send_card(platform, cards.NEWS_NOTICE)["errcode"] == 0


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"card_type": "other"}, 42031),
        (cards.without(cards.BUTTONS, "task_id"), 42014),
        (cards.BUTTONS | {"task_id": "空格 不行"}, 42014),
        (cards.BUTTONS | {"main_title": {"desc": "x"}}, 42033),
        (cards.BUTTONS | {"main_title": {"title": "长" * 37}}, 42033),
        (cards.BUTTONS | {"horizontal_content_list": [{"value": "x"}]}, 42027),
        (cards.BUTTONS | {"horizontal_content_list": [{"keyname": "a", "value": "b"}] * 7}, 42035),
        (cards.BUTTONS | {"horizontal_content_list": [{"keyname": "a", "type": 1}]}, 42028),
        (cards.BUTTONS | {"horizontal_content_list": [{"keyname": "a", "type": 2, "media_id": "x"}]}, 42029),
        (cards.BUTTONS | {"horizontal_content_list": [{"keyname": "a", "type": 3, "userid": "x"}]}, 42050),
        (cards.BUTTONS | {"button_list": []}, 42037),
        (cards.BUTTONS | {"button_list": [{"key": "a"}]}, 42038),
        (cards.BUTTONS | {"button_list": [{"text": "a"}]}, 42039),
        (cards.TEXT_NOTICE | {"card_action": {}}, 42045),
        (cards.TEXT_NOTICE | {"jump_list": [{"type": 1, "title": "a", "url": cards.URL}] * 4}, 42042),
        (cards.TEXT_NOTICE | {"jump_list": [{"type": 2, "title": "a"}]}, 42030),
        (cards.TEXT_NOTICE | {"action_menu": {"action_list": [{"text": "a", "key": "k"}] * 2}}, 42051),
        (cards.NEWS_NOTICE | {"card_image": {}, "image_text_area": {}}, 42044),
        (cards.NEWS_NOTICE | {"vertical_content_list": [{"title": "a"}] * 5}, 42036),
        (cards.VOTE | {"checkbox": {"question_key": "q", "option_list": []}}, 42047),
        (cards.VOTE | {"checkbox": {"option_list": [{"id": "a", "text": "b"}]}}, 42043),
        (cards.VOTE | {"checkbox": {"question_key": "q", "option_list": [{"text": "b"}]}}, 42040),
        (cards.VOTE | {"checkbox": {"question_key": "q", "option_list": [{"id": "b"}]}}, 42041),
        (cards.VOTE | {"submit_button": {"text": "a"}}, 42046),
        (cards.VOTE | {"submit_button": {"key": "a"}}, 42049),
        (cards.SELECTS | {"select_list": []}, 42047),
    ],
)
def test_each_field_of_a_card_has_its_errcode(platform, app_receiver, card, code):
    assert send_card(platform, card)["errcode"] == code


def test_long_card_texts_pass_when_told_to_be_cut(platform):
    platform.control("limits", strict_text=False)
    assert send_card(platform, cards.NEWS_NOTICE | {"main_title": {"title": "长" * 60}})["errcode"] == 0


def test_click_then_update_then_the_code_is_used_up(platform, app_receiver):
    msgid = send_card(platform, cards.BUTTONS, touser="lixiaomei|zhouting")["msgid"]
    selected = {"q1": ["b"]}
    platform.do("member_clicks_card", userid="lixiaomei", msgid=msgid, key="submit", selected=selected)
    platform.settle()
    event = app_receiver.received[-1]
    assert event.fields["Event"] == "template_card_event"
    assert event.fields["FromUserName"] == "lixiaomei"
    assert (event.fields["EventKey"], event.fields["TaskId"]) == ("submit", "visit_20260101_001")
    assert event.fields["CardType"] == "button_interaction"
    assert event.tree.findtext("SelectedItems/SelectedItem/QuestionKey") == "q1"
    assert event.tree.findtext("SelectedItems/SelectedItem/OptionIds/OptionId") == "b"
    body = {
        "userids": ["lixiaomei", "WuFang"], "agentid": AGENTID, "response_code": event.fields["ResponseCode"],
        "button": {"replace_name": "已处理"},
    }  # fmt: skip
    assert platform.post("message/update_template_card", **body) == {"errcode": 0, "errmsg": "ok", "invaliduser": ["wufang"]}
    assert platform.inbox()[0]["card_state"] == {"button": "已处理"}
    assert platform.inbox("zhouting")[0]["card_state"] is None
    assert platform.post("message/update_template_card", **body)["errcode"] == 60140
    assert platform.ask("do/member_clicks_card", userid="lixiaomei", msgid=msgid, key="submit").status_code == 409


def test_the_senders_code_replaces_the_card_for_everybody(platform, app_receiver):
    code = send_card(platform, cards.SELECTS, touser="lixiaomei|zhouting")["response_code"]
    new = cards.without(cards.SELECTS, "submit_button", "task_id") | {"replace_text": "已提交"}
    answer = platform.post("message/update_template_card", atall=1, agentid=AGENTID, response_code=code, template_card=new)
    assert answer["errcode"] == 0
    assert platform.inbox("zhouting")[0]["card_state"] == {"template_card": new, "button": "已提交"}


def test_a_code_dies_after_72_hours(platform, app_receiver):
    code = send_card(platform, cards.VOTE)["response_code"]
    platform.control("clock", advance=72 * 3600 + 1)
    platform._tokens.clear()
    body = {"userids": ["lixiaomei"], "agentid": AGENTID, "response_code": code, "button": {"replace_name": "x"}}
    assert platform.post("message/update_template_card", **body)["errcode"] == 60140


def test_every_question_of_a_card_comes_back(platform, app_receiver):
    send_card(platform, cards.SELECTS)
    platform.do("member_clicks_card", userid="lixiaomei", task_id="follow_1", key="follow_submit", selected={"stage": ["deal"]})
    platform.settle()
    items = app_receiver.received[-1].tree.findall("SelectedItems/SelectedItem")
    told = {item.findtext("QuestionKey"): item.findtext("OptionIds/OptionId") for item in items}
    assert told == {"stage": "deal", "next": "d3"}


def test_the_cards_menu(platform, app_receiver):
    msgid = send_card(platform, cards.TEXT_NOTICE)["msgid"]
    platform.do("member_card_menu", userid="lixiaomei", msgid=msgid, key="later")
    platform.settle()
    fields = app_receiver.events()[-1]
    assert (fields["Event"], fields["EventKey"]) == ("template_card_menu_event", "later")
    assert "SelectedItems" not in fields


def test_a_button_the_card_does_not_have(platform, app_receiver):
    msgid = send_card(platform, cards.BUTTONS)["msgid"]
    answer = platform.ask("do/member_clicks_card", userid="lixiaomei", msgid=msgid, key="other")
    assert answer.status_code == 404
    assert "no button" in answer.json()["error"]


def test_media_lives_three_days(platform):
    upload = platform.upload("image", "门店 照片.png", PNG)
    assert upload["errmsg"] == ""
    assert isinstance(upload["created_at"], str)
    args = {"access_token": platform.token(), "media_id": upload["media_id"]}
    assert platform.raw("GET", "media/get", params=args).content == PNG
    platform.control("clock", advance=3 * 86400 + 1)
    platform._tokens.clear()
    gone = platform.raw("GET", "media/get", params=args | {"access_token": platform.token()})
    assert gone.status_code == 200
    assert gone.json()["errcode"] == 40007


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("image", b"", 44001),
        ("image", b"x", 40006),
        ("image", b"not a picture", 40123),
        ("image", PNG + b"0" * (10 << 20), 45001),
        ("voice", b"not amr at all", 40004),
        ("nonsense", PNG, 40004),
    ],
)
def test_media_that_is_not_what_it_says(platform, kind, content, code):
    assert platform.upload(kind, "a.png", content)["errcode"] == code


def test_a_permanent_image_is_served_here(platform):
    args = {"access_token": platform.token()}
    url = platform.raw("POST", "media/uploadimg", params=args, files={"any": ("a.png", PNG)}).json()["url"]
    assert url.startswith(platform.base)
    assert platform.http.get(url, timeout=60).content == PNG
