"""Both generations of WeCom's SDK, unmodified, in a real Chromium on every group of calls of the bridge."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from tests.simulator.platform import CORPID
from tests.simulator_client.conftest import GUIDE, SDK, Simulator
from tests.simulator_client.product import Platform
from tests.simulator_client.sdk_pages import JWEIXIN

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("product"),
]
PICTURE = "https://a.cn/i.png"
assert SDK.exists(), "script/setup --dev puts @wecom/jssdk into node_modules"
assert JWEIXIN.exists(), "script/setup --dev puts weixin-js-sdk into node_modules"
REGISTER = """({corpid, names, agent, corp}) => {
  window.heard = [];
  // register starts on its own and lets nobody catch what fails
  addEventListener("unhandledrejection", (event) => event.preventDefault());
  const sign = (kind) => (url) => fetch(`/sdk/signature/${kind}?url=${encodeURIComponent(url)}`).then((answer) => answer.json());
  const hear = (what) => (result) => heard.push([what, result.errMsg]);
  ww.register({
    corpId: corpid, agentId: 1000002, jsApiList: names,
    ...(corp ? {getConfigSignature: sign(corp)} : {}), ...(agent ? {getAgentConfigSignature: sign(agent)} : {}),
    onConfigSuccess: hear("config"), onConfigFail: hear("config failed"),
    onAgentConfigSuccess: hear("agentConfig"), onAgentConfigFail: hear("agentConfig failed"),
  });
}"""
CALL = """([name, params]) => {
  const called = [];
  const note = (what) => () => called.push(what);
  const given = {...params, success: note("success"), fail: note("fail"), cancel: note("cancel"), complete: note("complete")};
  return ww[name](given).then((result) => ({...result, called}), (error) => ({...error, called, rejected: true}));
}"""
OLD = """({corpid, names, app, broken}) => new Promise((done) => {
  const sign = (kind) => fetch(`/sdk/signature/${kind}?url=${encodeURIComponent(location.href)}`).then((answer) => answer.json());
  const agent = () => sign("app").then((sealed) => WeixinJSBridge.invoke(
    "agentConfig", {corpid, agentid: "1000002", jsApiList: names, ...sealed}, (result) => done(result.err_msg)));
  sign(broken ? "broken" : "corp").then((sealed) => {
    wx.error((result) => done(result.errMsg));
    wx.ready(() => (app ? agent() : done("ready")));
    wx.config({beta: true, debug: false, appId: corpid, jsApiList: names, ...sealed});
  });
})"""
INVOKE = "([name, params]) => new Promise((done) => wx.invoke(name, params, done))"


@dataclass
class Sdk:
    page: Page
    simulator: Simulator
    customer: str

    def open(self, kind: str = "new", device: str = "desktop", **context: str) -> None:
        query = urlencode({"path": f"/sdk/{kind}", "device": device, **context})
        self.page.goto(f"{self.simulator.webview(GUIDE)}/__webview__/open?{query}")

    def chat(self, device: str = "desktop") -> None:
        self.open(entry="single_chat_tools", external_userid=self.customer, device=device)

    def register(self, *names: str, agent: str = "app", corp: str = "") -> None:
        self.page.evaluate(REGISTER, {"corpid": CORPID, "names": names, "agent": agent, "corp": corp})

    def call(self, name: str, **params: Any) -> dict[str, Any]:
        return dict(self.page.evaluate(CALL, [name, params]))

    def said(self, name: str, **params: Any) -> str:
        return str(self.call(name, **params)["errMsg"])

    def heard(self) -> list[list[str]]:
        return list(self.page.evaluate("heard"))


@pytest.fixture
def sdk(page: Page, simulator: Simulator) -> Sdk:
    simulator.post("reset", brand="sample")
    return Sdk(page, simulator, str(simulator.get(f"members/{GUIDE}")["contacts"][0]["external_userid"]))


@pytest.fixture
def group(sdk: Sdk) -> str:
    return str(sdk.simulator.do("group_creates", userid=GUIDE, name="试穿群", external_userids=[sdk.customer])["chat_id"])


def test_in_a_chat_every_kind_is_sent_and_a_cancel_is_no_failure(sdk: Sdk, product: Any) -> None:
    platform: Platform = product.extensions["platform"]
    image = platform.upload("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    sdk.chat()
    sdk.register("getContext", "getCurExternalContact", "sendChatMessage")
    assert sdk.call("getContext")["entry"] == "single_chat_tools"
    found = sdk.call("getCurExternalContact")
    assert (found["userId"], found["errMsg"], found["errCode"]) == (sdk.customer, "getCurExternalContact:ok", 0)
    assert found["called"] == ["success", "complete"]
    news = {"link": "https://a.cn/x", "title": "新品", "desc": "长款", "imgUrl": PICTURE}
    mini = {"appid": "wx1", "title": "商城", "imgUrl": PICTURE, "page": "/index/page.html"}
    kinds = {"text": {"content": "您好"}, "image": {"mediaid": image}, "news": news, "miniprogram": mini}
    for msgtype, body in kinds.items():
        assert sdk.said("sendChatMessage", msgtype=msgtype, **{msgtype: body}) == "sendChatMessage:ok"
    lines = sdk.simulator.get(f"chats/{GUIDE}/{sdk.customer}")["messages"][-4:]
    assert [(each["msgtype"], each["via"]) for each in lines] == [(msgtype, "sidebar") for msgtype in kinds]
    sdk.simulator.post("client", userid=GUIDE, cancel_next_send=True)
    cancelled = sdk.call("sendChatMessage", msgtype="text", text={"content": "您好"})
    assert (cancelled["errMsg"], cancelled["called"]) == ("sendChatMessage:cancel", ["cancel", "complete"])
    refused = sdk.call("sendChatMessage", msgtype="news", news=news | {"imgUrl": "x"})
    assert (refused["errMsg"], refused["errCode"]) == ("sendChatMessage:fail invalid imgurl", -1)
    assert refused["called"] == ["fail", "complete"]


def test_wrong_signature_unlisted_name_wrong_entry(sdk: Sdk) -> None:
    sdk.chat()
    sdk.register("getContext", agent="broken")
    failed = sdk.call("getContext")
    assert failed["rejected"]
    # Where the first try has failed before the call, the SDK signs in once more.
    assert {tuple(one) for one in sdk.heard()} == {("agentConfig failed", "agentConfig:invalid signature")}
    sdk.open(entry="normal")
    sdk.register("getContext", "getCurExternalContact", "sendChatMessage")
    assert sdk.call("getContext")["entry"] == "normal"
    nowhere = "fail without context of external contact"
    assert sdk.said("getCurExternalContact") == f"getCurExternalContact:{nowhere}"
    assert sdk.said("sendChatMessage", msgtype="text", text={"content": "x"}) == f"sendChatMessage:{nowhere}"
    assert sdk.said("openUserProfile", type=1, userid=GUIDE) == "openUserProfile:permission denied"


def test_in_a_group(sdk: Sdk, group: str) -> None:
    sdk.open(entry="group_chat_tools", chat_id=group)
    sdk.register("getCurExternalChat", "sendChatMessage", "openExistedChatWithMsg", "openEnterpriseChat", "getCurExternalContact")
    assert sdk.call("getCurExternalChat")["chatId"] == group
    assert sdk.said("getCurExternalContact") == "getCurExternalContact:fail without context of external contact"
    assert sdk.said("sendChatMessage", msgtype="text", text={"content": "大家好"}) == "sendChatMessage:ok"
    link = {"title": "活动", "desc": "", "url": "https://a.cn/x", "imgUrl": PICTURE}
    assert sdk.said("openExistedChatWithMsg", chatId=group, msg={"msgtype": "link", "link": link}) == "openExistedChatWithMsg:ok"
    shown = sdk.simulator.get(f"groups/{group}/messages")["messages"][-2:]
    assert [each["msgtype"] for each in shown] == ["text", "news"]
    made = sdk.call("openEnterpriseChat", groupName="新群", userIds=["zhouting"], externalUserIds=[sdk.customer])
    assert sdk.simulator.get(f"groups/{made['chatId']}")["member_count"] == 3


def test_in_a_kf_chat(sdk: Sdk) -> None:
    account = sdk.simulator.get("kf/accounts")["accounts"][0]["open_kfid"]
    ids = {"open_kfid": account, "external_userid": sdk.customer}
    sdk.simulator.do("customer_opens_kf", **ids)
    sdk.simulator.do("customer_writes_kf", content="在吗", **ids)
    sdk.open(entry="single_kf_tools", **ids)
    sdk.register("getCurExternalContact", "sendChatMessage", "navigateToKfChat")
    assert sdk.call("getCurExternalContact")["userId"] == sdk.customer
    menu = {"head_content": "满意吗？", "list": [{"type": "click", "click": {"id": "1", "content": "满意"}}]}
    assert sdk.said("sendChatMessage", msgtype="msgmenu", msgmenu=menu) == "sendChatMessage:fail no permission"
    assert sdk.said("navigateToKfChat", openKfId=account, externalUserId=sdk.customer) == "navigateToKfChat:ok"
    went = sdk.simulator.get(f"members/{GUIDE}/navigations")["navigations"][-1]
    assert (went["to"], went["open_kfid"], went["external_userid"]) == ("kf", account, sdk.customer)


def test_pickers(sdk: Sdk, group: str) -> None:
    sdk.chat()
    sdk.register("selectExternalContact", "selectExternalChat", "selectEnterpriseContact")
    assert sdk.call("selectExternalContact", filterType=0)["called"] == ["cancel", "complete"]
    sdk.simulator.post("client", userid=GUIDE, next_selection={"userIds": [sdk.customer]})
    assert sdk.call("selectExternalContact", filterType=0)["userIds"] == [sdk.customer]
    sdk.simulator.post("client", userid=GUIDE, next_selection={"chatIdList": [group]})
    assert sdk.call("selectExternalChat")["chatIdList"] == [group]
    sdk.simulator.post("client", userid=GUIDE, next_selection={"userList": ["zhouting"]})
    picked = sdk.call("selectEnterpriseContact", fromDepartmentId=-1, mode="multi", type=["user"])["result"]
    assert (picked["userList"][0]["id"], picked["userList"][0]["name"]) == ("zhouting", "周婷")


def test_sharing_from_a_phone(sdk: Sdk) -> None:
    sdk.chat(device="phone")
    sdk.register("shareToExternalContact", "shareToExternalMoments", "updateMomentsSetting", "navigateToAddCustomer")
    link = {"msgtype": "link", "link": {"title": "上新", "imgUrl": PICTURE, "desc": "", "url": "https://a.cn/x"}}
    shared = sdk.said("shareToExternalContact", text={"content": "上新了"}, attachments=[link], externalUserIds=[sdk.customer])
    assert shared == "shareToExternalContact:ok"
    draft = sdk.simulator.get(f"members/{GUIDE}/navigations")["navigations"][-1]
    assert sdk.simulator.post(f"members/{GUIDE}/navigations/{draft['id']}")["sent"] == 1
    sdk.simulator.post("client", userid=GUIDE, next_share="confirm")
    assert sdk.said("shareToExternalMoments", text={"content": "今日穿搭"}, attachments=[link]) == "shareToExternalMoments:ok"
    assert sdk.simulator.get(f"members/{GUIDE}/moments")["moments"][0]["text"] == "今日穿搭"
    assert sdk.said("updateMomentsSetting", signature="雪岭", imgUrl=PICTURE) == "updateMomentsSetting:ok"
    assert sdk.said("navigateToAddCustomer") == "navigateToAddCustomer:ok"


def test_the_corps_identity_and_everyday_calls(sdk: Sdk) -> None:
    sdk.chat()
    sdk.register("getLocation", "previewImage", "getNetworkType", "chooseImage", "getCurExternalContact", agent="", corp="corp")
    assert sdk.call("getLocation", type="wgs84")["latitude"] == 31.1956
    assert sdk.said("previewImage", current=PICTURE, urls=[PICTURE]) == "previewImage:ok"
    assert sdk.call("getNetworkType")["networkType"] == "wifi"
    assert sdk.said("hideOptionMenu") == "hideOptionMenu:ok"
    assert sdk.said("chooseImage", count=1) == "chooseImage:unsupported"
    assert sdk.said("getCurExternalContact") == "getCurExternalContact:no permission"
    for as_text in (False, True):
        sdk.simulator.post("client", userid=GUIDE, check_as_text=as_text)
        checked = sdk.call("checkJsApi", jsApiList=["getLocation", "navigateToAddCustomer"])["checkResult"]
        assert (checked["getLocation"], checked["navigateToAddCustomer"]) == (True, False)
    assert sdk.heard() == [["config", "preVerifyJSAPI:ok"]]


def test_an_old_client_runs_config_before_agent_config(sdk: Sdk) -> None:
    sdk.simulator.post("client", userid=GUIDE, version="3.0.20")
    sdk.chat()
    assert "wxwork/3.0.20" in sdk.page.evaluate("navigator.userAgent")
    sdk.register("getContext", "getCurExternalContact", corp="corp")
    assert sdk.call("getCurExternalContact")["userId"] == sdk.customer
    assert sdk.said("getContext") == "getContext:function not exist"
    names = [each["name"] for each in sdk.simulator.get("bridge_calls", userid=GUIDE)["calls"]]
    assert set(names[:2]) == {"preVerifyJSAPI", "agentConfig"}


def test_the_old_sdk(sdk: Sdk) -> None:
    sdk.open("old", entry="single_chat_tools", external_userid=sdk.customer)
    names = ["getCurExternalContact", "sendChatMessage", "getNetworkType", "previewImage"]
    setup = {"corpid": CORPID, "names": names, "app": True, "broken": False}
    assert sdk.page.evaluate(OLD, setup) == "agentConfig:ok"
    found = sdk.page.evaluate(INVOKE, ["getCurExternalContact", {}])
    assert (found["err_msg"], found["userId"]) == ("getCurExternalContact:ok", sdk.customer)
    sent = sdk.page.evaluate(INVOKE, ["sendChatMessage", {"msgtype": "text", "text": {"content": "老版本"}}])
    assert sent["err_msg"] == "sendChatMessage:ok"
    network = sdk.page.evaluate("() => new Promise((success, fail) => wx.getNetworkType({success, fail}))")
    assert network["networkType"] == "wifi"
    checked = sdk.page.evaluate("(jsApiList) => new Promise((success) => wx.checkJsApi({jsApiList, success}))", names)
    assert checked["checkResult"]["previewImage"] is True
    sdk.open("old", entry="normal")
    assert sdk.page.evaluate(OLD, setup | {"broken": True}) == "config:invalid signature"
