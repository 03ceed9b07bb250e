"""The simulator's control plane, as the demo uses it: plain HTTP, nothing shared with the simulator's code."""

from typing import Any

import requests

Json = dict[str, Any]


class Platform:
    """The simulated WeCom at `base`; every call raises on an unexpected answer."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = requests.Session()

    def get(self, address: str, /, **params: Any) -> Json:
        """GET a control address."""
        answer = self.http.get(f"{self.base}/_control/{address}", params=params, timeout=20)
        answer.raise_for_status()
        return dict(answer.json())

    def do(self, action: str, /, **body: Any) -> Json:
        """A person does something: `do("customer_scans", userid=…)`."""
        return self.post(f"do/{action}", **body)

    def post(self, address: str, /, **body: Any) -> Json:
        """POST a control address; the simulator's own words are in the error."""
        answer = self.http.post(f"{self.base}/_control/{address}", json=body, timeout=30)
        if answer.status_code >= 400:
            raise RuntimeError(f"{address}: {answer.text[:500]}")
        return dict(answer.json())

    def set_receiver(self, name: str, /, **body: Any) -> Json:
        """Save a callback address, as an administrator does; the platform verifies it first."""
        answer = self.http.put(f"{self.base}/_control/receivers/{name}", json={**body, "verify": True}, timeout=20)
        if answer.status_code >= 400:
            raise RuntimeError(f"receivers/{name}: {answer.text[:500]}")
        return dict(answer.json())

    def inbox(self, userid: str) -> list[Json]:
        """What the app delivered to a member, oldest first."""
        return list(self.get(f"members/{userid}/inbox", limit=200)["messages"])

    def chat(self, userid: str, external_userid: str) -> list[Json]:
        """The conversation of a guide with a customer."""
        return list(self.get(f"chats/{userid}/{external_userid}", limit=200)["messages"])
