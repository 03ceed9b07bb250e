"""Reads what somebody asked a person to do; what cannot be done is said in a sentence."""

from collections.abc import Mapping
from typing import Any

from simulator.world.apps import App
from simulator.world.customers import Customer, Follow
from simulator.world.people import Member
from simulator.world.world import World

# What the sample brand has, for the examples in refusals.
EXAMPLES = {
    "userid": "lixiaomei", "external_userid": "wm…", "content": "你好", "name": "小王", "msgtype": "text", "to": "chenjing",
    "userids": "chenjing", "new_owner": "chenjing", "operator": "lixiaomei", "event": "inactive_alert", "remove_tag": "et…",
    "add_tag": "et…", "open_kfid": "wk…", "chat_id": "wr…", "url": "https://www.example.com",
}  # fmt: skip


class ImpossibleError(Exception):
    """The person cannot do this; `status` is the HTTP status of the answer (400 bad request, 404, 409)."""

    def __init__(self, why: str, status: int = 409) -> None:
        super().__init__(why)
        self.status = status


class Wish:
    """One /_control/do body with the world it is about."""

    def __init__(self, world: World, body: Mapping[str, Any]) -> None:
        self.world = world
        self.body = body

    def text(self, key: str, default: str | None = None) -> str:
        value = self.body.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise ImpossibleError(f'{key} is needed, as text, for example {{"{key}": "{EXAMPLES.get(key, "…")}"}}', 400)
        return value

    def number(self, key: str, default: int | None = None) -> int:
        value = self.body.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ImpossibleError(f'{key} is needed, as a whole number, for example {{"{key}": 1}}', 400)
        return value

    def texts(self, key: str) -> list[str]:
        value = self.body.get(key) or []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ImpossibleError(f'{key} is a list of texts, for example {{"{key}": ["{EXAMPLES.get(key, "…")}"]}}', 400)
        return value

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.body.get(key) or {}
        if not isinstance(value, dict):
            raise ImpossibleError(f'{key} is an object, for example {{"{key}": {{}}}}', 400)
        return value

    def member(self, key: str = "userid") -> Member:
        userid = self.text(key)
        member = self.world.member(userid)
        if member is None:
            raise ImpossibleError(f"there is no member {userid}", 404)
        return member

    def customer(self) -> Customer:
        external_userid = self.text("external_userid")
        customer = self.world.state.customers.find(external_userid)
        if customer is None:
            raise ImpossibleError(f"there is no customer {external_userid}", 404)
        return customer

    def follow(self) -> Follow:
        """The relation of `userid` and `external_userid`, whatever its state; the member may have left."""
        follow = self.world.state.customers.find_follow(self.text("userid"), self.text("external_userid"))
        if follow is None:
            raise ImpossibleError("these two never added each other", 404)
        return follow

    def app(self) -> App:
        if "agentid" not in self.body:
            return self.world.main_app()
        app = self.world.state.apps.get(self.number("agentid"))
        if app is None or app.kind != "app":
            raise ImpossibleError("there is no such app", 404)
        return app
