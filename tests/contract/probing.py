"""Sends every documented body in wrong kinds first: what the sample proves right must be missed when it is wrong."""

from typing import Any

from tests.contract.corp import Corp, Json
from tests.simulator.documented_codes import CODES

# Not read unless another key asks for it: enable_duplicate_check 1, chat_type single.
UNREAD = {("message/send", "duplicate_check_interval"), ("externalcontact/add_msg_template", "external_userid")}


class Probing(Corp):
    """The simulator. Before a POST the same body goes out with one key after the other of another JSON kind: each is refused."""

    def post(self, path: str, secret: str = "", **body: Any) -> Json:
        for key, value in body.items():
            wrong: Any = "x" if isinstance(value, dict | list) else {"x": 1}
            refused = super().post(path, secret, **(body | {key: wrong}))
            assert refused["errcode"] in CODES, f"{path} with {key}={wrong!r}: {refused}"
            assert refused["errcode"] or (path, key) in UNREAD, f"{path} takes {key}={wrong!r}"
        return super().post(path, secret, **body)
