"""Events going out: verification, retries, disturbances, replies, every deed of people (DOC 90238-90241, 92130, 90970)."""

import time

import pytest

from tests.simulator import cards
from tests.simulator.platform import APP, Receiver


def texts(platform, count=1, content="你好"):
    for number in range(count):
        platform.do("member_texts_app", userid="lixiaomei", content=f"{content}{number}")


def test_an_address_that_does_not_open_the_echo_is_not_saved(platform, app_receiver):
    app_receiver.echo = lambda plain: f'"{plain}"'.encode()
    body = {"url": app_receiver.url, "token": app_receiver.token, "aes_key": app_receiver.aes_key}
    answer = platform.ask("receivers/other", "PUT", **body)
    saved = answer.json()
    assert (answer.status_code, saved["verified"], saved["saved"]) == (409, False, False)
    assert "not the plaintext" in saved["error"]
    assert "other" not in [each["name"] for each in platform.control("receivers")["receivers"]]


def test_an_echo_after_a_second_is_too_late(platform, app_receiver):
    app_receiver.echo = lambda plain: (time.sleep(1.2), plain.encode())[1]
    body = {"url": app_receiver.url, "token": app_receiver.token, "aes_key": app_receiver.aes_key}
    answer = platform.ask("receivers/app", "PUT", **body)
    assert answer.status_code == 409
    assert "timeout" in answer.json()["error"]


def test_a_refusal_shows_an_example(platform):
    answer = platform.ask("receivers/app", "PUT", url="ftp://x")
    assert answer.status_code == 400
    assert "aes_key" in answer.json()["error"]


def test_a_text_to_the_app(platform, app_receiver):
    texts(platform, content="话术 羽绒服")
    platform.settle()
    fields = app_receiver.events()[0]
    assert list(fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "AgentID"]
    assert (fields["MsgType"], fields["Content"], fields["AgentID"]) == ("text", "话术 羽绒服0", "1000002")
    assert int(fields["MsgId"]) < 2**63
    items = platform.control("members/lixiaomei/app_chat")["items"]
    assert [(item["from"], item["kind"]) for item in items] == [("member", "text")]


def test_a_failed_delivery_is_tried_three_times_more_with_fresh_nonces(platform, app_receiver):
    app_receiver.answer = lambda each: (500, b"")
    texts(platform)
    platform.settle()
    assert len(app_receiver.received) == 4
    assert len({each.xml for each in app_receiver.received}) == 1
    assert len({each.args["nonce"] for each in app_receiver.received}) == 4
    assert len({each.args["msg_signature"] for each in app_receiver.received}) == 4
    attempts = platform.control("callbacks?event=text")["attempts"]
    assert [each["attempt"] for each in attempts] == [4, 3, 2, 1]
    assert attempts[0]["error"] == "HTTP 500"


def test_it_stops_trying_once_taken(platform, app_receiver):
    app_receiver.answer = lambda each: (200 if len(app_receiver.received) == 2 else 503, b"")
    texts(platform)
    platform.settle()
    assert [each["status"] for each in platform.control("callbacks")["attempts"]] == [200, 503]


def test_a_slow_receiver_times_out(platform, app_receiver):
    platform.control("delivery", timeout=0.2, retry_delays=[])
    app_receiver.answer = lambda each: (time.sleep(0.5), (200, b""))[1]
    texts(platform)
    platform.settle()
    assert platform.control("callbacks")["attempts"][0]["error"] == "timeout"


def test_duplicates_shuffled_elements_and_binary_prefixes(platform, app_receiver):
    platform.control("delivery", duplicate=3, shuffle=True, binary_prefix=True)
    texts(platform)
    platform.settle()
    assert len(app_receiver.received) == 4
    assert {frozenset(each.fields.items()) for each in app_receiver.received} == {frozenset(app_receiver.events()[0].items())}
    assert len({tuple(each.fields) for each in app_receiver.received}) > 1
    assert not all(each.random16.isascii() for each in app_receiver.received)


def test_later_events_overtake(platform, app_receiver):
    platform.control("delivery", reorder=True)
    texts(platform, 20)
    platform.settle()
    order = [int(event["Content"].removeprefix("你好")) for event in app_receiver.events()]
    assert order != sorted(order)
    assert sorted(order) == list(range(20))


def test_an_outage_holds_everything_back(platform, app_receiver):
    platform.control("delivery", outage=True)
    texts(platform, 3)
    assert platform.control("callbacks/wait", timeout=0.3)["pending"] == 3
    platform.control("delivery", outage=False)
    platform.settle()
    assert len(app_receiver.received) == 3


def test_delay_and_one_sender_keep_the_order(platform, app_receiver):
    platform.control("delivery", senders=1, delay=[0.1, 0.1])
    texts(platform, 10)
    platform.settle()
    assert [event["Content"] for event in app_receiver.events()] == [f"你好{number}" for number in range(10)]


def test_wrong_delivery_options_change_nothing(platform):
    before = platform.control("delivery")
    assert platform.ask("delivery", shuffle=True, duplicate=-1).status_code == 400
    assert platform.control("delivery") == before


def test_without_an_address_the_event_is_only_logged(platform):
    texts(platform)
    attempt = platform.control("callbacks")["attempts"][0]
    assert attempt["error"] == "the receiver has no address"
    assert "你好0" in attempt["xml"]


@pytest.mark.parametrize("event", ["enter", "menu"])
def test_app_events(platform, app_receiver, event):
    args = {"access_token": platform.token(), "agentid": 1000002}
    platform.raw("POST", "menu/create", params=args, json={"button": [{"type": "click", "name": "榜单", "key": "board"}]})
    if event == "enter":
        platform.do("member_enters_app", userid="lixiaomei")
    else:
        platform.do("member_clicks_menu", userid="lixiaomei", key="board")
    platform.settle()
    fields = app_receiver.events()[0]
    wanted = ("enter_agent", "") if event == "enter" else ("click", "board")
    assert (fields["Event"], fields["EventKey"], fields["AgentID"]) == (*wanted, "1000002")
    assert platform.ask("do/member_clicks_menu", userid="lixiaomei", key="none").status_code == 404


def test_contacts_come_reduced_to_their_own_receiver(platform, app_receiver, contacts_receiver):
    platform.do("member_joins", userid="newbie", name="新人", department=101)
    platform.do("member_moves", userid="newbie", department=102)
    platform.do("member_resigns", userid="newbie")
    platform.do("department_creates", id=107, name="苏州观前店", parentid=11, order=3)
    platform.do("department_updates", id=107, name="苏州观前街店")
    platform.do("department_deletes", id=107)
    platform.settle()
    events = {each["ChangeType"]: each for each in contacts_receiver.events()}
    head = {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "ChangeType"}
    assert events["create_user"].keys() - head == {"UserID", "Department"}
    assert events["update_user"]["Department"] == "102"
    assert events["delete_user"].keys() - head == {"UserID"}
    assert events["create_party"].keys() - head == {"Id", "Name", "ParentId", "Order"}
    assert events["update_party"]["Name"] == "苏州观前街店"
    assert events["delete_party"]["Id"] == "107"
    assert [each["Event"] for each in app_receiver.events()] == ["subscribe", "unsubscribe"]
    assert platform.get("user/get", userid="newbie")["errcode"] == 60111


def test_the_full_contact_form_is_a_switch(platform, contacts_receiver):
    platform.control("delivery", full_contact_fields=True)
    platform.do("member_joins", userid="newbie", name="新人", department=[101, 102])
    platform.settle()
    fields = contacts_receiver.events()[0]
    assert (fields["Name"], fields["Department"], fields["MainDepartment"]) == ("新人", "101,102", "101")


def test_a_guide_edits_in_the_native_client(platform, app_receiver):
    contact = platform.control("members/lixiaomei")["contacts"][0]["external_userid"]
    tag = platform.control("tags")["groups"][0]["tags"][0]["id"]
    who = {"userid": "lixiaomei", "external_userid": contact}
    platform.do("member_edits_customer", **who, remark="新备注", add_tag=[tag])
    platform.do("transfer_fails", **who, reason="customer_refused")
    platform.settle()
    changes = {each["ChangeType"]: each for each in app_receiver.events()}
    assert changes["edit_external_contact"]["ExternalUserID"] == contact
    assert changes["transfer_fail"]["FailReason"] == "customer_refused"
    follow = platform.get("externalcontact/get", external_userid=contact)["follow_user"][0]
    assert follow["remark"] == "新备注"
    assert tag in [each["tag_id"] for each in follow["tags"]]


def test_the_admins_tag_events(platform, app_receiver):
    made = platform.do("tag_creates", group_name="新组", name="新标签")
    platform.do("tag_edits", id=made["tag_id"], name="改名")
    platform.do("tag_deletes", id=made["group_id"])
    platform.settle()
    told = [(each["ChangeType"], each.get("TagType"), each["Id"]) for each in app_receiver.events()]
    assert sorted(told) == sorted([
        ("create", "tag_group", made["group_id"]), ("create", "tag", made["tag_id"]), ("update", "tag", made["tag_id"]),
        ("delete", "tag_group", made["group_id"]),
    ])  # fmt: skip


def test_any_event_can_be_sent(platform, app_receiver):
    platform.do("emit", receiver="app", fields={"Event": "inactive_alert", "AgentID": 1000002, "List": {"Item": ["a", "b"]}})
    platform.do("emit", receiver="app", xml="<xml><Odd>1</Odd></xml>")
    platform.settle()
    told = {each.fields.get("Event", "odd"): each for each in app_receiver.received}
    assert [item.text for item in told["inactive_alert"].tree.findall("List/Item")] == ["a", "b"]
    assert told["odd"].fields == {"Odd": "1"}


def test_cdata_survives_any_content(platform, app_receiver):
    content = "]]> <b>&amp; 😀 ]]]]><![CDATA["
    platform.do("member_texts_app", userid="lixiaomei", content=content)
    platform.settle()
    assert app_receiver.events()[0]["Content"] == content


def test_a_passive_text_lands_in_the_chat(platform, app_receiver):
    inner = (
        "<xml><ToUserName>lixiaomei</ToUserName><FromUserName>ww1</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>text</MsgType><Content>这是榜单</Content></xml>"
    )
    app_receiver.answer = lambda each: (200, app_receiver.reply(inner))
    texts(platform)
    platform.settle()
    assert platform.inbox()[0]["body"] == {"content": "这是榜单"}


def test_a_passive_card_update_changes_the_clickers_copy(platform, app_receiver):
    msgid = platform.send(msgtype="template_card", template_card=cards.VOTE)["msgid"]
    inner = (
        "<xml><ToUserName>lixiaomei</ToUserName><FromUserName>ww1</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>update_template_card</MsgType><TemplateCard><CardType>vote_interaction</CardType>"
        "<MainTitle><Title>已收到</Title></MainTitle><CheckBox><QuestionKey>shift</QuestionKey>"
        "<OptionList><Id>am</Id><Text>早班</Text><IsChecked>true</IsChecked></OptionList>"
        "<OptionList><Id>pm</Id><Text>晚班</Text></OptionList><Mode>1</Mode></CheckBox>"
        "<ReplaceText>已提交</ReplaceText></TemplateCard></xml>"
    )
    app_receiver.answer = lambda each: (200, app_receiver.reply(inner))
    platform.do("member_clicks_card", userid="lixiaomei", msgid=msgid, key="vote_submit")
    platform.settle()
    state = platform.inbox()[0]["card_state"]
    assert state["button"] == "已提交"
    assert state["template_card"]["main_title"] == {"title": "已收到"}
    assert [each["id"] for each in state["template_card"]["checkbox"]["option_list"]] == ["am", "pm"]


def test_rubbish_as_an_answer_is_taken_as_received(platform, app_receiver):
    app_receiver.answer = lambda each: (200, b"success")
    texts(platform)
    platform.settle()
    assert len(app_receiver.received) == 1
    assert platform.inbox() == []


def test_two_hundred_callbacks_take_little_more_than_a_second(platform, app_receiver):
    for number in range(200):
        platform.do("emit", receiver="app", fields={"Event": "probe", "Number": number})
    began = time.monotonic()
    platform.control("delivery", outage=True)
    for number in range(300):
        platform.do("emit", receiver="app", fields={"Event": "probe", "Number": number})
    platform.control("delivery", outage=False)
    platform.settle()
    assert len(app_receiver.received) == 500
    assert time.monotonic() - began < 15


def test_an_address_can_be_taken_away(platform):
    receiver = Receiver(APP["token"], APP["aes_key"])
    platform.control("receivers/app", "PUT", url=receiver.url)
    platform.control("receivers/app", "DELETE")
    texts(platform)
    assert receiver.received == []
    receiver.close()
