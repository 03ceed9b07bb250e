"""The app's menu (DOC 90231): at most three buttons of 16 bytes with five entries of 40 bytes."""

import hashlib
import json

from bot.words import HELP, TODAY
from foundation.db import Json


def menu(base_url: str) -> Json:
    """The menu as menu/create wants it; pages live below `base_url`."""

    def page(name: str, path: str) -> Json:
        return {"type": "view", "name": name, "url": f"{base_url}/sidebar/{path}"}

    return {
        "button": [
            {"type": "click", "name": "今日", "key": TODAY},
            page("话术", "scripts"),
            {
                "name": "更多",
                "sub_button": [
                    page("任务", "tasks"),
                    page("今日客户", "care"),
                    page("榜单", "board"),
                    page("我的", "me"),
                    {"type": "click", "name": "帮助", "key": HELP},
                ],
            },
        ]
    }


def menu_digest(wanted: Json) -> str:
    """A short name for this version of the menu."""
    return hashlib.sha256(json.dumps(wanted, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
