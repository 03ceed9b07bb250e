"""What members do in an app's chat and menu beside texts, what happens to apps, and every passive reply (DOC 90239-90241)."""

import hashlib

import pytest

from tests.simulator import cards
from tests.simulator.platform import AGENTID, CORPID

MENU = [
    {"name": "工具", "sub_button": [
        {"type": "scancode_push", "name": "扫码", "key": "scan"}, {"type": "scancode_waitmsg", "name": "扫码等待", "key": "wait"},
        {"type": "pic_photo_or_album", "name": "拍照", "key": "photo"},
        {"type": "location_select", "name": "位置", "key": "where"},
    ]},
    {"type": "view", "name": "工作台", "url": "https://guide.example.com/home"},
    {"type": "view_miniprogram", "name": "小程序", "pagepath": "pages/index", "appid": "wx1"},
]  # fmt: skip
TAIL = ["MsgId", "AgentID"]


def with_menu(platform):
    args = {"access_token": platform.token(), "agentid": AGENTID}
    assert platform.raw("POST", "menu/create", params=args, json={"button": MENU}).json()["errcode"] == 0


def told(platform, receiver, deed, **body):
    """The callbacks one deed of lixiaomei causes."""
    before = len(receiver.received)
    platform.do(deed, **({"userid": "lixiaomei"} | body))
    platform.settle()
    return sorted(receiver.received[before:], key=lambda each: each.fields.get("MsgType", "") != "event")


@pytest.mark.parametrize(
    ("msgtype", "names"),
    [
        ("image", ["PicUrl", "MediaId"]), ("voice", ["MediaId", "Format"]), ("video", ["MediaId", "ThumbMediaId"]),
        ("location", ["Location_X", "Location_Y", "Scale", "Label"]), ("link", ["Title", "Description", "Url", "PicUrl"]),
    ],
)  # fmt: skip
def test_each_message_a_member_sends(platform, app_receiver, msgtype, names):
    body = {"url": "https://a.example.com", "title": "t"} if msgtype == "link" else {}
    fields = told(platform, app_receiver, "member_sends_app", msgtype=msgtype, **body)[0].fields
    tail = [*TAIL, "AppType"] if msgtype == "location" else TAIL
    assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", *names, *tail]
    assert (fields["MsgType"], fields["FromUserName"], fields["AgentID"]) == (msgtype, "lixiaomei", str(AGENTID))
    if "MediaId" in fields:
        args = {"access_token": platform.token(), "media_id": fields["MediaId"]}
        assert len(platform.raw("GET", "media/get", params=args).content) > 100
    items = platform.control("members/lixiaomei/app_chat")["items"]
    assert [(item["from"], item["kind"]) for item in items] == [("member", msgtype)]


def test_where_she_is(platform, app_receiver):
    event = told(platform, app_receiver, "member_reports_location", latitude=23.1, longitude=113.3, precision=65)[0].fields
    assert (event["Event"], event["Latitude"], event["Longitude"], event["Precision"]) == ("LOCATION", "23.1", "113.3", "65")
    assert event["AppType"] == "wxwork"
    refused = platform.ask("do/member_reports_location", userid="lixiaomei", latitude="north")
    assert (refused.status_code, "for example" in refused.json()["error"]) == (400, True)


@pytest.mark.parametrize(("key", "event"), [("scan", "scancode_push"), ("wait", "scancode_waitmsg")])
def test_she_scans_a_code(platform, app_receiver, key, event):
    with_menu(platform)
    found = told(platform, app_receiver, "member_scans_code", key=key, result="SKU-1")[0]
    assert (found.fields["Event"], found.fields["EventKey"]) == (event, key)
    assert found.tree.findtext("ScanCodeInfo/ScanType") == "qrcode"
    assert found.tree.findtext("ScanCodeInfo/ScanResult") == "SKU-1"


def test_she_sends_pictures_from_the_menu(platform, app_receiver):
    with_menu(platform)
    event, *messages = told(platform, app_receiver, "member_sends_pictures", key="photo", count=2)
    sums = [each.text for each in event.tree.iterfind("SendPicsInfo/PicList/item/PicMd5Sum")]
    assert event.tree.findtext("SendPicsInfo/Count") == "2"
    args = {"access_token": platform.token()}
    contents = [platform.raw("GET", "media/get", params=args | {"media_id": each.fields["MediaId"]}).content for each in messages]
    assert sorted(hashlib.md5(each).hexdigest() for each in contents) == sorted(sums)


def test_she_chooses_a_place(platform, app_receiver):
    with_menu(platform)
    event, message = told(platform, app_receiver, "member_selects_location", key="where", label="徐家汇", poiname="港汇")
    assert event.fields["Event"] == "location_select"
    assert event.tree.findtext("SendLocationInfo/Poiname") == "港汇"
    assert message.fields["Label"] == "徐家汇"


def test_she_opens_pages_from_the_menu(platform, app_receiver):
    with_menu(platform)
    page = told(platform, app_receiver, "member_opens_menu_view", url=MENU[1]["url"])[0].fields
    small = told(platform, app_receiver, "member_opens_menu_miniprogram", pagepath="pages/index")[0].fields
    assert [(each["Event"], each["EventKey"]) for each in (page, small)] == [
        ("view", "https://guide.example.com/home"),
        ("view_miniprogram", "pages/index"),
    ]
    wrong = platform.ask("do/member_clicks_menu", userid="lixiaomei", key="scan")
    assert (wrong.status_code, "member_scans_code" in wrong.json()["error"]) == (409, True)


def test_warnings_come_from_wecom_itself(platform, app_receiver):
    alert = told(platform, app_receiver, "app_warned", event="inactive_alert", effect_time=1800000000)[0].fields
    assert (alert["Event"], alert["FromUserName"], alert["EffectTime"]) == ("inactive_alert", "sys", "1800000000")
    for event in ("low_active_alert", "close_inactive_agent", "low_active", "active_restored"):
        assert told(platform, app_receiver, "app_warned", event=event)[0].fields["Event"] == event
    again = told(platform, app_receiver, "app_warned", event="reopen_inactive_agent", userid="hq_wangmin")[0].fields
    assert again["FromUserName"] == "hq_wangmin"
    assert platform.ask("do/app_warned", event="thunder").status_code == 400


def test_an_approval_moves_on(platform, app_receiver):
    found = told(platform, app_receiver, "open_approval_changes", third_no="A1", status=2, info={"ApproverStep": 0})[0]
    assert found.fields["FromUserName"] == "sys"
    texts = [found.tree.findtext(f"ApprovalInfo/{name}") for name in ("ThirdNo", "OpenSpStatus", "ApplyUserId", "ApproverStep")]
    assert texts == ["A1", "2", "lixiaomei", "0"]


def test_coming_into_the_range_and_leaving_it(platform, app_receiver):
    def events():
        platform.settle()
        found = [(each["Event"], each["FromUserName"]) for each in app_receiver.events()]
        app_receiver.received.clear()
        return sorted(found)

    platform.control(f"apps/{AGENTID}", visible_departments=[101])
    assert len(events()) == 22
    platform.control(f"apps/{AGENTID}", visible_departments=[101], visible_users=["sunhao"])
    assert events() == [("subscribe", "sunhao")]
    platform.do("member_moves", userid="wufang", department=[102])
    assert events() == [("unsubscribe", "wufang")]
    platform.do("member_disables", userid="zhouting")
    platform.do("member_activates", userid="zhouting")
    assert events() == [("subscribe", "zhouting"), ("unsubscribe", "zhouting")]
    platform.control(f"apps/{AGENTID}", visible_departments=[1], visible_users=[])
    assert len(events()) == 22


def reply(receiver, inner):
    head = f"<ToUserName>lixiaomei</ToUserName><FromUserName>{CORPID}</FromUserName><CreateTime>1</CreateTime>"
    receiver.answer = lambda each: (200, receiver.reply(f"<xml>{head}{inner}</xml>"))


def test_every_passive_reply_is_shown(platform, app_receiver):
    media = platform.do("member_sends_app", userid="lixiaomei", msgtype="video")["media_id"]
    image = platform.do("member_sends_app", userid="lixiaomei", msgtype="image")["media_id"]
    platform.settle()
    replies = {
        "text": ("<Content>你好</Content>", {"content": "你好"}),
        "image": (f"<Image><MediaId>{image}</MediaId></Image>", {"media_id": image}),
        "video": (
            f"<Video><MediaId>{media}</MediaId><Title>T</Title><Description>D</Description></Video>",
            {"media_id": media, "title": "T", "description": "D"},
        ),
        "news": (
            "<ArticleCount>1</ArticleCount><Articles><item><Title>T</Title><Description>D</Description><PicUrl>p</PicUrl>"
            "<Url>u</Url></item></Articles>",
            {"articles": [{"title": "T", "description": "D", "picurl": "p", "url": "u"}]},
        ),
    }
    for msgtype, (inner, _) in replies.items():
        reply(app_receiver, f"<MsgType>{msgtype}</MsgType>{inner}")
        told(platform, app_receiver, "member_enters_app")
    assert [(row["msgtype"], row["body"]) for row in platform.inbox()] == [(each, body) for each, (_, body) in replies.items()]
    for nobody in (
        "<MsgType>image</MsgType><Image><MediaId>gone</MediaId></Image>",
        "<MsgType>song</MsgType>",
        "<Content>x</Content>",
    ):
        reply(app_receiver, nobody)
        told(platform, app_receiver, "member_sends_app", msgtype="image")
    assert len(platform.inbox()) == len(replies)


def test_a_button_and_a_card_are_changed_by_the_reply(platform, app_receiver):
    msgid = platform.send(msgtype="template_card", template_card=cards.BUTTONS)["msgid"]
    reply(app_receiver, "<MsgType>update_button</MsgType><Button><ReplaceName>已处理</ReplaceName></Button>")
    told(platform, app_receiver, "member_clicks_card", msgid=msgid, key="submit")
    assert platform.inbox()[0]["card_state"] == {"button": "已处理"}
    other = platform.send(msgtype="template_card", template_card=cards.TEXT_NOTICE)["msgid"]
    reply(
        app_receiver,
        "<MsgType>update_template_card</MsgType><TemplateCard><CardType>text_notice</CardType>"
        "<MainTitle><Title>完成</Title><Desc>d</Desc></MainTitle><QuoteArea><Type>1</Type><Appid>a</Appid><QuoteText>q</QuoteText></QuoteArea>"
        "<HorizontalContentList><KeyName>k</KeyName><Value>v</Value></HorizontalContentList>"
        "<ActionMenu><ActionList><Text>t</Text><Key>x</Key></ActionList></ActionMenu>"
        "<CardImage><AspectRatio>wide</AspectRatio></CardImage></TemplateCard>",
    )
    told(platform, app_receiver, "member_card_menu", msgid=other, key="mute")
    assert platform.inbox()[1]["card_state"]["template_card"] == {
        "card_type": "text_notice", "main_title": {"title": "完成", "desc": "d"},
        "quote_area": {"type": 1, "appid": "a", "quote_text": "q"}, "horizontal_content_list": [{"keyname": "k", "value": "v"}],
        "action_menu": {"action_list": [{"text": "t", "key": "x"}]}, "card_image": {"aspect_ratio": "wide"},
    }  # fmt: skip
