"""The rarer messages, licences, the daily count, card rules, group chats of apps, menus, media in parts (DOC 90236 and kin)."""

import pytest

from simulator import film, speech
from simulator.world.people import Member
from tests.simulator import cards
from tests.simulator.platform import AGENTID, APP

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
NOTICE = {
    "appid": "wx123", "page": "pages/index?userid=zhangsan", "title": "会议室预订成功通知", "description": "4月27日 16:16",
    "emphasis_first_item": True, "content_item": [{"key": "会议室", "value": "402"}],
}  # fmt: skip


def article(platform, **changes):
    media_id = platform.upload("image", "a.png", PNG)["media_id"]
    return {"title": "T", "thumb_media_id": media_id, "author": "A", "content": "<p>html</p>", "digest": "D"} | changes


def test_mpnews_and_its_limits(platform):
    assert platform.send(msgtype="mpnews", mpnews={"articles": [article(platform)]}, safe=2)["errcode"] == 0
    assert platform.inbox()[0]["body"]["articles"][0]["digest"] == "D"
    for wrong, code in (
        ({"title": ""}, 41016), ({"thumb_media_id": "x"}, 40007), ({"author": "长" * 22}, 40058),
        ({"content": "长" * 240_000}, 45002), ({"digest": "长" * 171}, 40058), ({"content_source_url": "ftp://x"}, 40094),
    ):  # fmt: skip
        assert platform.send(msgtype="mpnews", mpnews={"articles": [article(platform, **wrong)]})["errcode"] == code, wrong
    assert platform.send(msgtype="mpnews", mpnews={"articles": []})["errcode"] == 45008


def test_a_mini_program_notice_needs_no_agentid_and_takes_not_everybody(platform):
    body = {"touser": "lixiaomei", "msgtype": "miniprogram_notice", "miniprogram_notice": NOTICE}
    assert platform.post("message/send", **body)["errcode"] == 0
    assert platform.post("message/send", **(body | {"touser": "@all"}))["errcode"] == 40058
    for wrong, code in (
        ({"appid": ""}, 90200), ({"appid": "gh_1"}, 90207), ({"page": "p" * 1025}, 90204), ({"title": "短"}, 40058),
        ({"content_item": [{"key": "k", "value": "v"}] * 11}, 90201),
        ({"content_item": [{"key": "长" * 11, "value": "v"}]}, 90202),
        ({"content_item": [{"key": "k"}]}, 90203),
    ):  # fmt: skip
        answer = platform.post("message/send", **(body | {"miniprogram_notice": NOTICE | wrong}))
        assert answer["errcode"] == code, wrong


def test_safe_is_for_some_messages(platform):
    assert platform.send(safe=1)["errcode"] == 0
    assert platform.send(safe=2)["errcode"] == 40074
    assert platform.send(safe=3)["errcode"] == 40058
    assert platform.send(msgtype="markdown", markdown={"content": "x"}, safe=1)["errcode"] == 40074


def test_names_stand_for_ids_in_the_documented_fields_only(platform, app_receiver):
    mark = "$userName=lixiaomei$"
    card = cards.without(cards.NEWS_NOTICE) | {"main_title": {"title": mark, "desc": mark}}
    card["vertical_content_list"] = [{"title": mark}]
    assert platform.send(msgtype="template_card", template_card=card, enable_id_trans=1)["errcode"] == 0
    body = platform.inbox()[0]["body"]
    assert body["main_title"] == {"title": "李小美", "desc": "李小美"}
    assert body["vertical_content_list"] == [{"title": mark}]


def test_without_a_licence_nothing_arrives(platform):
    platform.do("member_license_changes", userid="zhouting", licensed=False)
    answer = platform.send(touser="lixiaomei|ZhouTing")
    assert (answer["errcode"], answer["unlicenseduser"]) == (0, "zhouting")
    assert platform.inbox("zhouting") == []
    assert platform.send(touser="zhouting")["errcode"] == 81013


def test_the_days_messages_are_counted_by_person(platform, at_noon):
    platform.control("limits", account_limit=1, messages_per_account=3)
    assert platform.send(touser="lixiaomei|zhouting")["errcode"] == 0
    assert platform.send(touser="lixiaomei|zhouting")["errcode"] == 45009
    assert platform.send()["errcode"] == 0
    assert platform.send()["errcode"] == 45009
    platform.control("clock", advance=86400)
    platform._tokens.clear()
    assert platform.send()["errcode"] == 0


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (cards.BUTTONS | {"quote_area": {"type": 1, "quote_text": "x"}}, 42028),
        (cards.BUTTONS | {"quote_area": {"type": 2}}, 42030),
        (cards.BUTTONS | {"quote_area": {"type": 7}}, 40058),
        (cards.BUTTONS | {"card_action": {"type": 3}}, 42045),
        (cards.BUTTONS | {"card_action": {"type": 1}}, 42028),
        (cards.BUTTONS | {"button_list": [{"type": 1, "text": "a"}]}, 42028),
        (cards.BUTTONS | {"button_list": [{"text": "a", "key": "k"}] * 7}, 42037),
        (cards.BUTTONS | {"button_list": [{"text": "一二三四五六七八九十一", "key": "k"}]}, 42038),
        (cards.BUTTONS | {"button_selection": {"question_key": "q", "option_list": [{"id": "a", "text": "b"}] * 11}}, 42047),
        (cards.BUTTONS | {"source": {"desc_color": 4}}, 40058),
        (cards.NEWS_NOTICE | {"image_text_area": {"type": 2, "image_url": cards.URL}}, 42030),
        (cards.NEWS_NOTICE | {"card_image": {"url": cards.URL, "aspect_ratio": 3}}, 40058),
        (cards.NEWS_NOTICE | {"card_image": {"url": "b.png"}}, 42044),
        (cards.VOTE | {"submit_button": {"text": "a" * 11, "key": "k"}}, 42049),
        (cards.VOTE | {"main_title": {"title": "长" * 17}}, 42033),
        (cards.SELECTS | {"select_list": [cards.SELECTS["select_list"][0]] * 4}, 42047),
        (cards.TEXT_NOTICE | {"action_menu": {"action_list": []}}, 42047),
        (cards.TEXT_NOTICE | {"jump_list": [{"type": 1, "url": cards.URL}]}, 42033),
        (cards.TEXT_NOTICE | {"task_id": "x" * 129}, 42014),
        (cards.TEXT_NOTICE | {"sub_title_text": 5}, 40058),
    ],
)
def test_more_fields_of_a_card(platform, app_receiver, card, code):
    assert platform.send(msgtype="template_card", template_card=card)["errcode"] == code


def test_a_chat_of_the_app(platform):
    people = ["lixiaomei", "zhouting", "ChenJing"]
    made = platform.post("appchat/create", name="长" * 60, owner="lixiaomei", userlist=people, chatid="chat1")
    assert made["chatid"] == "chat1"
    info = platform.get("appchat/get", chatid="chat1")["chat_info"]
    assert (len(info["name"]), info["owner"], info["userlist"]) == (50, "lixiaomei", ["lixiaomei", "zhouting", "chenjing"])
    change = {"chatid": "chat1", "name": "店务", "add_user_list": ["wufang"], "del_user_list": ["lixiaomei"]}
    assert platform.post("appchat/update", **change)["errcode"] == 86207
    assert platform.post("appchat/update", **change, owner="zhouting")["errcode"] == 0
    platform.control("limits", appchat_member_per_minute=1)
    for text in ("一", "二"):
        assert platform.post("appchat/send", chatid="chat1", msgtype="text", text={"content": text}, safe=0)["errcode"] == 0
    shown = platform.control("appchats/chat1")
    assert [row["missed"] for row in shown["messages"]] == [[], ["zhouting", "chenjing", "wufang"]]
    assert [row["chatid"] for row in platform.control("appchats?userid=wufang")["appchats"]] == ["chat1"]


def test_what_is_wrong_with_a_chat(platform, at_noon):
    create = {"userlist": ["lixiaomei", "zhouting"]}
    for wrong, code in (
        ({"userlist": []}, 86204), ({"userlist": ["lixiaomei"]}, 86006), ({"userlist": ["lixiaomei", "nobody"]}, 86216),
        ({"owner": "wufang"}, 86207), ({"chatid": "中文"}, 86001),
    ):  # fmt: skip
        assert platform.post("appchat/create", **(create | wrong))["errcode"] == code, wrong
    chatid = platform.post("appchat/create", **create)["chatid"]
    assert platform.post("appchat/create", **create, chatid=chatid)["errcode"] == 86215
    assert platform.post("appchat/send", chatid="none", msgtype="text", text={"content": "x"})["errcode"] == 86003
    notice = {"chatid": chatid, "msgtype": "miniprogram_notice", "miniprogram_notice": NOTICE}
    assert platform.post("appchat/send", **notice)["errcode"] == 40008
    platform.control("limits", appchats_per_day=2)
    assert [platform.post("appchat/create", **create)["errcode"] for _ in range(2)] == [0, 45009]
    platform.control(f"apps/{AGENTID}", visible_departments=[101])
    assert platform.post("appchat/create", **create)["errcode"] == 60011
    platform.control(f"apps/{AGENTID}", visible_departments=[1])


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016), ([{"name": "a", "type": "click", "key": "k"}] * 4, 40016), ([{"name": "a"}], 40017),
        ([{"type": "click", "key": "k"}], 40018), ([{"name": "a", "type": "click"}], 40019),
        ([{"name": "a", "type": "view"}], 40020), ([{"name": "a", "type": "view", "url": "x.com"}], 40055),
        ([{"name": "a", "sub_button": [{"name": "b", "type": "click", "key": "k"}] * 6}], 40023),
        ([{"name": "a", "sub_button": [{"name": "b", "sub_button": [{"name": "c"}]}]}], 40022),
        ([{"name": "a", "sub_button": [{"name": "长" * 14, "type": "click", "key": "k"}]}], 40025),
        ([{"name": "a", "sub_button": [{"name": "b", "type": "fly"}]}], 40024),
        ([{"name": "a", "sub_button": [{"name": "b", "type": "click", "key": "k" * 129}]}], 40026),
        ([{"name": "a", "sub_button": [{"name": "b", "type": "view", "url": "x.com"}]}], 40054),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_menu(platform, buttons, code):
    args = {"access_token": platform.token(), "agentid": AGENTID}
    assert platform.raw("POST", "menu/create", params=args, json={"button": buttons}).json()["errcode"] == code


def test_the_app_itself(platform):
    logo = platform.upload("image", "logo.png", PNG)["media_id"]
    assert platform.post("agent/set", agentid=AGENTID, name="新名", logo_mediaid=logo, isreportenter=0)["errcode"] == 0
    shown = platform.get("agent/get", agentid=AGENTID)
    assert (shown["name"], shown["isreportenter"]) == ("新名", 0)
    assert platform.http.get(shown["square_logo_url"], timeout=60).content == PNG
    for wrong, code in (({"home_url": "x"}, 40094), ({"isreportenter": 2}, 40058), ({"logo_mediaid": "x"}, 40007)):
        assert platform.post("agent/set", agentid=AGENTID, **wrong)["errcode"] == code
    assert platform.post("agent/set", name="x")["errcode"] == 41011
    assert platform.get("agent/get", agentid="abc")["errcode"] == 40056


def test_media_comes_in_parts(platform):
    content = bytes(range(256)) * 4
    args = {"access_token": platform.token(), "media_id": platform.upload("file", "a.bin", content)["media_id"]}
    part = platform.raw("GET", "media/get", params=args, headers={"Range": "bytes=16-31"})
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, content[16:32], "bytes 16-31/1024")
    assert platform.raw("GET", "media/get", params=args, headers={"Range": "bytes=1000-"}).content == content[1000:]
    for odd in ("bytes=5000-6000", "lines=1-2", "nonsense"):
        assert platform.raw("GET", "media/get", params=args, headers={"Range": odd}).status_code == 200


def test_voices_are_measured_and_pictures_counted(platform, at_noon):
    assert platform.upload("voice", "a.amr", speech.silence(59))["errcode"] == 0
    assert platform.upload("voice", "a.amr", speech.silence(61))["errcode"] == 45007
    assert platform.upload("video", "a.mp4", film.clip(3))["errcode"] == 0
    platform.control("limits", uploadimg_per_day=1)
    args = {"access_token": platform.token()}
    codes = [
        platform.raw("POST", "media/uploadimg", params=args, files={"x": ("a.png", PNG)}).json()["errcode"] for _ in range(2)
    ]
    assert codes == [0, 45009]


def test_guessing_secrets_shuts_the_door_for_an_hour(platform):
    platform.control("limits", wrong_secrets_per_hour=3)
    args = {"corpid": "ww1d2e3f4a5b6c7d8e", "corpsecret": "guess"}
    codes = [platform.raw("GET", "gettoken", params=args).json()["errcode"] for _ in range(4)]
    assert codes == [40001, 40001, 40001, 45009]
    right = args | {"corpsecret": APP["secret"]}
    assert platform.raw("GET", "gettoken", params=right).json()["errcode"] == 45009
    platform.control("clock", advance=3601)
    assert platform.raw("GET", "gettoken", params=right).json()["errcode"] == 0


def test_debug_mode_and_one_address_have_their_own_limits(platform):
    assert [platform.get("agent/list", debug=1)["errcode"] for _ in range(6)] == [0] * 5 + [45009]
    platform.control("limits", reset=True)
    platform.control("limits", ip_per_minute=2)
    assert [platform.get("agent/list")["errcode"] for _ in range(3)] == [0, 0, 45009]
    platform.control("limits", reset=True)
    platform.control(f"apps/{AGENTID}", trusted_ips=["10.0.0.1"])
    assert platform.get("agent/list")["errcode"] == 60020
    args = {"corpid": "ww1d2e3f4a5b6c7d8e", "corpsecret": APP["secret"]}
    assert platform.raw("GET", "gettoken", params=args).json()["errcode"] == 60020
    platform.control(f"apps/{AGENTID}", trusted_ips=[])


def test_a_member_knows_her_main_department():
    assert Member("a", "a", [3, 4], chosen_main=4).main_department == 4
    assert Member("a", "a", [3, 4], chosen_main=9).main_department == 3
