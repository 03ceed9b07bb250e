"""The sample brand's 微信客服 account as a test uses it: its customers act, its app calls."""

from typing import Any

from simulator.actions.keys import known
from tests.simulator.platform import Json, Platform


class Counter:
    """`who` names account and customer as most calls and deeds want them. The cursor stands behind what the brand brings."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        account = platform.control("kf/accounts")["accounts"][0]
        self.open_kfid, self.url = account["open_kfid"], account["url"]
        self.cursor = ""
        self.sync()
        entered = platform.do("customer_opens_kf", open_kfid=self.open_kfid, customer={"name": "苏苏"}, scene="shop1")
        self.external_userid = entered["external_userid"]
        self.welcome_code = entered["welcome_code"]
        self.who = {"open_kfid": self.open_kfid, "external_userid": self.external_userid}

    def sync(self, **body: Any) -> list[Json]:
        """What is new since the last time."""
        answer = self.platform.post("kf/sync_msg", **({"open_kfid": self.open_kfid, "cursor": self.cursor} | body))
        assert answer["errcode"] == 0, answer
        self.cursor = answer["next_cursor"]
        return list(answer["msg_list"])

    def events(self) -> list[Json]:
        return [row["event"] for row in self.sync() if row["msgtype"] == "event"]

    def asks(self, content: str = "在吗") -> Json:
        return self.platform.do("customer_writes_kf", **self.who, content=content)

    def state(self) -> int:
        return int(self.platform.post("kf/service_state/get", **self.who)["service_state"])

    def trans(self, state: int, servicer: str = "") -> Json:
        more = {"servicer_userid": servicer} if servicer else {}
        return self.platform.post("kf/service_state/trans", **self.who, service_state=state, **more)

    def send(self, msgtype: str = "text", body: Json | None = None, **changes: Any) -> Json:
        message = {"msgtype": msgtype, msgtype: body if body is not None else {"content": "您好"}}
        whom = {"touser": self.external_userid, "open_kfid": self.open_kfid}
        return self.platform.post("kf/send_msg", **(whom | message | changes))

    def on_event(self, code: str, content: str = "欢迎咨询", **changes: Any) -> Json:
        return self.platform.post(
            "kf/send_msg_on_event", **({"code": code, "msgtype": "text", "text": {"content": content}} | changes)
        )

    def chat(self) -> list[Json]:
        return list(self.platform.control(f"kf/chats/{self.open_kfid}/{self.external_userid}")["messages"])

    def wait(self, seconds: int) -> None:
        """Time goes by; access tokens end with it."""
        self.platform.control("clock", advance=seconds)
        self.platform.forget_tokens()

    def does(self, deed: str, **body: Any) -> Json:
        """A deed of 李小美 in this session."""
        about = {key: value for key, value in self.who.items() if key in known(deed)}
        return self.platform.do(deed, **({"userid": "lixiaomei"} | about | body))
