"""Tokens, tickets, address lists, who opened the page (DOC 91039, 90313, 90238, 91023, 95833)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract.corp import Corp
from tests.contract.samples import documented, shaped_like

OK = {"errcode": 0, "errmsg": "ok"}
TICKET = OK | {"ticket": "bxLdikRXVbTPdHSM05e5u5sUoXNKd8", "expires_in": 7200}


def ask(wecom: Corp, path: str, **args: Any) -> dict[str, Any]:
    """A call without a token of its own accord."""
    return dict(wecom.http.get(f"{wecom.base}/cgi-bin/{path}", params=args, timeout=10).json())


def code(wecom: Corp, userid: str, scope: str = "snsapi_base") -> str:
    """She follows the app's link in her client."""
    args = {
        "appid": wecom.access.corpid, "redirect_uri": "http://127.0.0.1:8000/auth", "response_type": "code", "scope": scope,
        "state": "STATE", "agentid": wecom.agentid, "as": userid,
    }  # fmt: skip
    answer = wecom.http.get(f"{wecom.base}/connect/oauth2/authorize", params=args, allow_redirects=False, timeout=10)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["STATE"]
    return query["code"][0]


@documented("91039", "gettoken")
def test_gettoken(wecom: Corp) -> None:
    answer = ask(wecom, "gettoken", corpid=wecom.access.corpid, corpsecret=wecom.access.secret)
    shaped_like(answer, OK | {"access_token": "accesstoken000001", "expires_in": 7200})
    assert len(answer["access_token"]) <= 512


@documented("91039", "gettoken")
def test_gettoken_says_what_is_missing_or_wrong(wecom: Corp) -> None:
    assert ask(wecom, "gettoken", corpsecret="x")["errcode"] == 41002
    assert ask(wecom, "gettoken", corpid=wecom.access.corpid)["errcode"] == 41004
    assert ask(wecom, "gettoken", corpid="ww0000000000000000", corpsecret=wecom.access.secret)["errcode"] == 40013


@documented("90313", "agent/list")
def test_a_call_without_a_token_or_with_a_wrong_one(wecom: Corp) -> None:
    assert ask(wecom, "agent/list")["errcode"] == 41001
    answer = ask(wecom, "agent/list", access_token="nonsense")
    assert answer["errcode"] == 40014
    assert "hint: [" in answer["errmsg"]
    assert "more info at https://open.work.weixin.qq.com/devtool/query?e=40014" in answer["errmsg"]


@documented("90313", "get_jsapi_ticket")
def test_the_corps_ticket(wecom: Corp) -> None:
    shaped_like(wecom.get("get_jsapi_ticket"), TICKET)


@documented("90313", "ticket/get")
def test_the_apps_ticket(wecom: Corp) -> None:
    shaped_like(wecom.get("ticket/get", type="agent_config"), TICKET)
    assert wecom.get("ticket/get", type="nonsense")["errcode"] == 91040


@documented("90238", "getcallbackip", "get_api_domain_ip")
def test_address_lists(wecom: Corp) -> None:
    for path in ("getcallbackip", "get_api_domain_ip"):
        shaped_like(wecom.get(path), OK | {"ip_list": ["101.226.103.*"]})


@documented("91023", "auth/getuserinfo", people=True)
def test_a_member_opens_the_page(wecom: Corp) -> None:
    shaped_like(wecom.get("auth/getuserinfo", code=code(wecom, wecom.member)), OK | {"userid": "USERID"})


@documented("91023", "auth/getuserinfo", people=True)
def test_a_customer_opens_the_page(wecom: Corp) -> None:
    answer = wecom.get("auth/getuserinfo", code=code(wecom, wecom.customer))
    shaped_like(answer, OK | {"openid": "OPENID", "external_userid": "EXTERNAL_USERID"})


@documented("91023", "auth/getuserinfo")
def test_a_code_nobody_gave_is_40029(wecom: Corp) -> None:
    answer = wecom.get("auth/getuserinfo", code="nonsense")
    assert answer["errcode"] == 40029


@documented("95833", "auth/getuserinfo", "auth/getuserdetail", people=True)
def test_what_she_lets_the_app_know(wecom: Corp) -> None:
    info = wecom.get("auth/getuserinfo", code=code(wecom, wecom.member, "snsapi_privateinfo"))
    shaped_like(info, OK | {"userid": "USERID", "user_ticket": "USER_TICKET"})
    detail = {
        "userid": "lisi", "gender": "1", "avatar": "http://shp.qpic.cn/bizmp/xxx/0", "qr_code": "https://open.work.weixin.qq.com/x",
        "mobile": "13800000000", "email": "zhangsan@gzdev.com", "biz_mail": "zhangsan@qyycs2.wecom.work", "address": "广州市",
    }  # fmt: skip
    shaped_like(wecom.post("auth/getuserdetail", user_ticket=info["user_ticket"]), OK | detail)


@documented("95833", "auth/getuserdetail")
def test_a_ticket_nobody_gave_is_84015(wecom: Corp) -> None:
    assert wecom.post("auth/getuserdetail", user_ticket="nonsense")["errcode"] == 84015


@documented("91023", "user/getuserinfo", people=True)
def test_the_old_shapes_with_capital_letters(wecom: Corp) -> None:
    shaped_like(wecom.get("user/getuserinfo", code=code(wecom, wecom.member)), OK | {"UserId": "USERID", "DeviceId": "DEVICEID"})
    answer = wecom.get("user/getuserinfo", code=code(wecom, wecom.customer))
    shaped_like(answer, OK | {"OpenId": "OPENID", "DeviceId": "DEVICEID", "external_userid": "EXTERNAL_USERID"})


@documented("95833", "user/getuserinfo", "user/getuserdetail", people=True)
def test_the_old_path_of_the_detail(wecom: Corp) -> None:
    ticket = wecom.get("user/getuserinfo", code=code(wecom, wecom.member, "snsapi_privateinfo"))["user_ticket"]
    shaped_like(
        wecom.post("user/getuserdetail", user_ticket=ticket), OK | {"userid": "lisi", "gender": "1", "avatar": "http://x"}
    )
