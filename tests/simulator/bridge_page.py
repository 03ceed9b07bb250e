"""A page of the app in a guide's WeCom client, as the bridge meets it over HTTP."""

from simulator.bridge import js_signature
from tests.simulator.platform import AGENTID, CORPID, Json, Platform

URL = "http://127.0.0.1:8000/sidebar/?a=1&b=%E4%BD%A0"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0) Chrome/107 Safari/537.36 wxwork/4.1.36 (MicroMessenger/6.2) WindowsWechat"

# Every name that tests of the bridge ask for
ALL = [
    "getContext", "getCurExternalContact", "getCurExternalChat", "sendChatMessage", "hideChatAttachmentMenu",
    "openEnterpriseChat", "openExistedChatWithMsg", "openUserProfile", "selectExternalContact", "selectExternalChat",
    "selectEnterpriseContact", "navigateToAddCustomer", "navigateToKfChat", "shareToExternalContact",
    "shareToExternalChat", "shareToExternalMoments", "updateMomentsSetting", "geoLocation", "imagePreview",
    "openLocation", "getNetworkType", "setClipboardData", "getClipboardData", "shareTimeline", "sendAppMessage",
    "chooseImage", "scanQRCode", "noSuchCall",
]  # fmt: skip


class Page:
    """`context` is where it was opened: at first the chat with the guide's first customer."""

    def __init__(self, platform: Platform, userid: str = "lixiaomei") -> None:
        self.platform, self.userid = platform, userid
        self.customers = [each["external_userid"] for each in platform.control(f"members/{userid}")["contacts"]]
        self.customer = self.customers[0]
        self.context: Json = {"entry": "single_chat_tools", "external_userid": self.customer}
        self.verify: Json = {}

    def call(self, name: str, params: Json | None = None, url: str = URL, context: Json | None = None) -> Json:
        body = {
            "userid": self.userid, "name": name, "params": {**(params or {}), **self.verify}, "url": url,
            "context": self.context if context is None else context,
        }  # fmt: skip
        answer = self.platform.http.post(f"{self.platform.base}/_client/bridge", json=body, timeout=60)
        return dict(answer.json())

    def said(self, name: str, params: Json | None = None, context: Json | None = None) -> str:
        """The part of err_msg after the name."""
        found = str(self.call(name, params, context=context)["err_msg"])
        assert found.startswith(f"{name}:")
        return found.partition(":")[2]

    def config(self, names: list[str], url: str = URL, ticket: str = "", **changes: str) -> Json:
        """agentConfig; later calls carry its verify fields."""
        ticket = ticket or self.platform.get("ticket/get", type="agent_config")["ticket"]
        signature = js_signature(ticket, "nonce", "1700000000", URL)
        params = {
            "corpid": CORPID, "agentid": str(AGENTID), "timestamp": "1700000000", "nonceStr": "nonce",
            "signature": signature, "jsApiList": names,
        }  # fmt: skip
        answer = self.call("agentConfig", params | changes, url)
        self.carry(signature, "1700000000", "nonce")
        return answer

    def corp_config(self, names: list[str], ticket: str = "", **changes: str) -> Json:
        """preVerifyJSAPI; later calls carry its verify fields."""
        ticket = ticket or self.platform.get("get_jsapi_ticket")["ticket"]
        self.carry(js_signature(ticket, "n", "1", URL), "1", "n")
        own, self.verify = {**self.verify, **changes}, {}
        answer = self.call("preVerifyJSAPI", {"verifyJsApiList": names, **own})
        self.verify = own
        return answer

    def carry(self, signature: str, timestamp: str, nonce: str) -> None:
        self.verify = {
            "appId": CORPID, "verifyAppId": CORPID, "verifySignType": "sha1", "verifyTimestamp": timestamp,
            "verifyNonceStr": nonce, "verifySignature": signature,
        }  # fmt: skip

    def navigations(self) -> list[Json]:
        return list(self.platform.control(f"members/{self.userid}/navigations")["navigations"])
