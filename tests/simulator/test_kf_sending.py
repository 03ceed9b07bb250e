"""kf/send_msg and kf/send_msg_on_event: when, how often, what (DOC 94677, 95122)."""

import pytest

from tests.simulator.kf_counter import Counter

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def counter(platform):
    return Counter(platform)


def click(number=1, **changes):
    return {"type": "click", "click": {"id": str(number), "content": "是"} | changes}


def test_five_messages_then_she_has_to_write_again(platform, counter):
    assert counter.send()["errcode"] == 95018
    counter.asks()
    assert [counter.send()["errcode"] for _ in range(6)] == [0, 0, 0, 0, 0, 95001]
    counter.sync()
    assert counter.sync() == []
    counter.asks()
    assert counter.send()["errcode"] == 0
    counter.wait(48 * 3600)
    assert counter.send()["errcode"] == 95002


def test_only_where_no_human_serves(counter):
    codes = []
    for state in (1, 2, 3, 4):
        counter.asks()
        assert counter.trans(state, "lixiaomei")["errcode"] == 0
        codes.append(counter.send()["errcode"])
    assert codes == [0, 95018, 95018, 95018]


def test_a_msgid_is_used_once(counter):
    counter.asks()
    assert counter.send(msgid="order-1")["msgid"] == "order-1"
    assert counter.send(msgid="order-1")["errcode"] == 95033
    assert counter.send(msgid="订单")["errcode"] == 40058


def test_what_is_not_delivered_comes_back_as_an_event(platform, counter):
    counter.asks()
    platform.do("customer_rejects_kf", **counter.who)
    refused = counter.send()
    assert refused["errcode"] == 0
    event = counter.events()[-1]
    assert (event["event_type"], event["fail_msgid"], event["fail_type"]) == ("msg_send_fail", refused["msgid"], 10)
    counter.asks()
    counter.send()
    assert [each["event_type"] for each in counter.events()] == []
    platform.control("kf/options", fail_type=13)
    counter.send()
    assert counter.events()[-1]["fail_type"] == 13


def test_every_kind_of_message(platform, counter):
    image = platform.upload("image", "a.png", PNG)["media_id"]
    voice = platform.upload("voice", "a.amr", b"#!AMR\n" + b"0" * 64)["media_id"]
    video = platform.upload("video", "a.mp4", b"\x00\x00\x00\x18ftypmp42" + b"0" * 64)["media_id"]
    file = platform.upload("file", "a.pdf", b"%PDF-1.4" + b"0" * 64)["media_id"]
    page = {"url": "https://a.example/x", "thumb_media_id": image}
    bodies = {
        "text": {"content": "长" * 1000}, "image": {"media_id": image}, "voice": {"media_id": voice},
        "video": {"media_id": video}, "file": {"media_id": file}, "link": {"title": "新品", **page},
        "miniprogram": {"appid": "wx1", "pagepath": "p.html", "thumb_media_id": image},
        "msgmenu": {"head_content": "满意吗", "list": [click(), {"type": "text", "text": {"content": "谢谢", "no_newline": 1}}]},
        "location": {"name": "徐家汇店", "address": "上海", "latitude": 31.2, "longitude": 121.4},
        "ca_link": {"link_url": f"{platform.base}/ca/x"},
    }  # fmt: skip
    for msgtype, body in bodies.items():
        counter.asks()
        assert counter.send(msgtype, body)["errcode"] == 0, msgtype
    shown = [line for line in counter.chat() if line["from"] == "api"]
    assert [line["msgtype"] for line in shown] == list(bodies)
    assert len(shown[0]["body"]["content"].encode()) <= 2048


@pytest.mark.parametrize(
    ("msgtype", "body", "code"),
    [
        ("news", {}, 40008),
        ("text", {"content": ""}, 44004),
        ("text", "x", 40058),
        ("image", {"media_id": "x"}, 40007),
        ("link", {"title": "t", "url": "https://a.cn"}, 41006),
        ("link", {"title": "t" * 129, "url": "https://a.cn", "thumb_media_id": "x"}, 40058),
        ("miniprogram", {"appid": "wx1"}, 40063),
        ("location", {"latitude": "31", "longitude": 121}, 40058),
        ("ca_link", {"link_url": "https://elsewhere.example/ca/x"}, 40094),
        ("msgmenu", {"list": [click(each) for each in range(11)]}, 95008),
        ("msgmenu", {"list": [{"type": "text", "text": {"content": "x"}}] * 51}, 95008),
        ("msgmenu", {"list": [{"type": "jump", "jump": {}}]}, 95009),
        ("msgmenu", {"list": [click(content="长" * 43)]}, 40058),
        ("msgmenu", {"tail_content": "x"}, 40063),
    ],
)
def test_what_is_wrong_with_a_message(counter, msgtype, body, code):
    counter.asks()
    assert counter.send(msgtype, body)["errcode"] == code


def test_to_whom(counter):
    counter.asks()
    assert counter.send(touser="")["errcode"] == 41035
    assert counter.send(touser="wmnobody")["errcode"] == 40096


def test_a_menu_answers(platform, counter):
    counter.asks()
    menu = {"head_content": "满意吗", "list": [click(7), {"type": "view", "view": {"url": "https://a.cn", "content": "看"}}]}
    msgid = counter.send("msgmenu", menu)["msgid"]
    counter.sync()
    platform.do("customer_clicks_kf_menu", **counter.who, msgid=msgid, menu_id="7")
    assert counter.sync()[0]["text"] == {"content": "是", "menu_id": "7"}
    assert platform.ask("do/customer_clicks_kf_menu", **counter.who, msgid=msgid, menu_id="9").status_code == 404


def test_the_welcome_once_within_twenty_seconds(platform, counter):
    assert counter.on_event("")["errcode"] == 95007
    assert counter.on_event(counter.welcome_code, msgtype="image", image={"media_id": "x"})["errcode"] == 40008
    menu = {"head_content": "您好", "list": [{"type": "text", "text": {"content": "x"}}] * 11}
    assert counter.on_event(counter.welcome_code, msgtype="msgmenu", msgmenu=menu)["errcode"] == 95008
    assert counter.on_event(counter.welcome_code)["errcode"] == 0
    assert counter.on_event(counter.welcome_code)["errcode"] == 95007
    again = platform.do("customer_opens_kf", **counter.who)
    assert again["welcome_code"] == ""
    counter.wait(48 * 3600)
    late = platform.do("customer_opens_kf", **counter.who)["welcome_code"]
    counter.wait(20)
    assert counter.on_event(late)["errcode"] == 95007


def test_who_has_written_gets_no_welcome(platform, counter):
    counter.asks()
    assert platform.do("customer_opens_kf", **counter.who)["welcome_code"] == ""
    assert "welcome_code" not in counter.events()[-1]


def test_a_code_speaks_only_in_its_state(counter):
    counter.asks()
    pool = counter.trans(2)["msg_code"]
    taken = counter.trans(3, "lixiaomei")["msg_code"]
    assert counter.on_event(pool)["errcode"] == 95018
    assert counter.on_event(taken, msgtype="msgmenu", msgmenu={"head_content": "x"})["errcode"] == 40008
    assert counter.on_event(taken)["errcode"] == 0
    assert counter.on_event(taken)["errcode"] == 95007
    ended = counter.does("servicer_ends_kf")["msg_code"]
    assert counter.on_event(pool)["errcode"] == 95013
    assert counter.on_event(ended, msgtype="msgmenu", msgmenu={"head_content": "满意吗", "list": [click()]})["errcode"] == 0
    counter.asks()
    assert "msg_code" not in counter.trans(1)
    assert counter.trans(2)["msg_code"]


def test_the_pool_code_lives_two_days_the_last_one_twenty_seconds(platform, counter):
    counter.asks()
    pool = counter.trans(2)["msg_code"]
    counter.wait(47 * 3600)
    assert counter.on_event(pool)["errcode"] == 0
    ended = counter.trans(4)["msg_code"]
    counter.wait(20)
    assert counter.on_event(ended)["errcode"] == 95007
