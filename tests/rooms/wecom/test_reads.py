"""Reads: paging, reduced answers, identities, and what counts as nothing."""

import hashlib

import pytest

from foundation.config import settings
from tests.builders.platform import ScriptedPlatform, errcode, forget_client
from wecom import jssdk, oauth, reads, sends
from wecom.errors import Refused, Throttled


def test_members_without_details_come_as_partial_rows(platform: ScriptedPlatform) -> None:
    platform.always["user/list"] = errcode(60011)
    platform.always["user/simplelist"] = {"errcode": 0, "userlist": [{"userid": "ai", "name": "阿艾", "department": [2]}]}
    assert reads.list_department_users(2) == [{"userid": "ai", "name": "阿艾", "department": [2], "partial": True}]
    platform.always["user/list"] = {"errcode": 0, "userlist": [{"userid": "ai"}]}
    assert reads.list_department_users(2) == [{"userid": "ai"}]


def test_a_customer_is_read_with_all_pages_of_her_followers(platform: ScriptedPlatform) -> None:
    pages = [
        {"errcode": 0, "external_contact": {"name": "陈"}, "follow_user": [{"userid": "a"}], "next_cursor": "c1"},
        {"errcode": 0, "external_contact": {"name": "陈"}, "follow_user": [], "next_cursor": "c2"},
        {"errcode": 0, "external_contact": {"name": "陈"}, "follow_user": [{"userid": "b"}], "next_cursor": ""},
    ]
    platform.then("externalcontact/get", *pages)
    customer = reads.get_customer("wm1")
    assert [each["userid"] for each in customer["follow_user"]] == ["a", "b"]
    assert [call.query.get("cursor") for call in platform.of("externalcontact/get")] == [None, "c1", "c2"]


def test_customers_are_pulled_with_the_current_key(platform: ScriptedPlatform) -> None:
    answer = {
        "external_contact_list": [{"external_contact": {}}],
        "next_cursor": "n",
        "fail_info": {"unlicensed_userid_list": ["b"]},
    }
    platform.then("externalcontact/batch/get_by_user", {"errcode": 0, **answer})
    assert reads.pull_customers(["a", "b"], "") == ([{"external_contact": {}}], "n", ["b"])
    assert platform.of("externalcontact/batch/get_by_user")[0].json == {"userid_list": ["a", "b"], "cursor": "", "limit": 100}


def test_members_without_customers_are_an_empty_page(platform: ScriptedPlatform) -> None:
    platform.then("externalcontact/batch/get_by_user", errcode(84061))
    assert reads.pull_customers(["a"], "") == ([], "", [])


@pytest.mark.parametrize(
    ("answer", "identity"),
    [
        ({"userid": "ai"}, reads.Identity("ai", None)),
        ({"UserId": "ai", "DeviceId": "d"}, reads.Identity("ai", None)),
        ({"openid": "o", "external_userid": "wm1"}, reads.Identity(None, "wm1")),
        ({"openid": "o"}, reads.Identity(None, None)),
    ],
)
def test_a_code_says_who_signed_in(platform: ScriptedPlatform, answer: dict[str, str], identity: reads.Identity) -> None:
    platform.then("auth/getuserinfo", {"errcode": 0, **answer})
    assert reads.identity_of_code("c") == identity


@pytest.mark.parametrize("number", [40029, 42022, 42003])
def test_a_used_code_is_refused_with_words_for_a_person(platform: ScriptedPlatform, number: int) -> None:
    platform.then("auth/getuserinfo", errcode(number))
    with pytest.raises(Refused, match="登录凭证"):
        reads.identity_of_code("c")


def test_sends_carry_our_agentid_where_the_platform_wants_it(platform: ScriptedPlatform) -> None:
    sends.send("message/send", {"touser": "ai"})
    sends.send("menu/create", {"button": []})
    sends.send("externalcontact/mark_tag", {"userid": "ai"})
    assert platform.of("message/send")[0].json == {"touser": "ai", "agentid": 1000002}
    assert platform.of("menu/create")[0].query["agentid"] == "1000002"
    assert platform.of("menu/create")[0].json == {"button": []}
    assert platform.of("externalcontact/mark_tag")[0].json == {"userid": "ai"}


def test_the_quota_stops_us_before_the_platform_does(platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECOM_CALLS_PER_MINUTE", "20")
    forget_client()
    for _ in range(20):
        reads.get_agent()
    with pytest.raises(Throttled) as caught:
        reads.get_agent()
    assert caught.value.window_seconds == 5
    assert len(platform.of("agent/get")) == 20
    reads.list_departments()  # another API has its own window


def test_a_signature_is_over_the_page_without_its_fragment(platform: ScriptedPlatform) -> None:
    platform.always["ticket/get"] = {"errcode": 0, "ticket": "T", "expires_in": 7200}
    signed = jssdk.agent_signature("http://guide.test/sidebar/?a=1#/x")
    text = f"jsapi_ticket=T&noncestr={signed['nonceStr']}&timestamp={signed['timestamp']}&url=http://guide.test/sidebar/?a=1"
    assert signed["signature"] == hashlib.sha1(text.encode()).hexdigest()
    assert (signed["corpId"], signed["agentId"]) == (settings().wecom_corp_id, "1000002")


def test_sign_in_addresses_are_built_from_the_settings() -> None:
    inside, outside = oauth.authorize_url("http://guide.test/in?x=1", "s1"), oauth.web_login_url("http://guide.test/in", "s1")
    assert inside.startswith("http://127.0.0.1:1/connect/oauth2/authorize?appid=ww1d2e3f4a5b6c7d8e")
    assert "redirect_uri=http%3A%2F%2Fguide.test%2Fin%3Fx%3D1" in inside
    assert inside.endswith("#wechat_redirect")
    assert "login_type=CorpApp" in outside
    assert "agentid=1000002" in outside
