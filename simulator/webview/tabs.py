"""What each member's webviews stand on: cookies per member, the chat a tab was opened from, the device.

Kept in memory only; a lost tab record means the page was opened from nowhere special (entry `normal`).
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from simulator.webview.cookies import CookieJar
from simulator.world.windows import NEWEST

TABS_KEPT = 10_000
ENTRIES = {
    "normal", "contact_profile", "single_chat_tools", "group_chat_tools", "chat_attachment", "single_kf_tools",
    "chain_single_chat_tools", "chain_group_chat_tools", "internal_group_chat_board",
}  # fmt: skip
USER_AGENTS = {
    "desktop": "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.5304.110 "
    "Safari/537.36 Language/zh wxwork/4.1.36 (MicroMessenger/6.2) WindowsWechat",
    "phone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 wxwork/4.1.36 MicroMessenger/7.0.1 Language/zh ColorScheme/Light",
    "wechat": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.54(0x18003630) NetType/WIFI Language/zh_CN",
}


@dataclass(frozen=True)
class Tab:
    """Where a webview was opened from (DOC 94315 entries)."""

    userid: str
    entry: str = "normal"
    external_userid: str = ""
    chat_id: str = ""
    open_kfid: str = ""

    def context(self) -> dict[str, str]:
        """The bridge's context argument: only what is known."""
        names = ("entry", "external_userid", "chat_id", "open_kfid")
        known = {name: str(getattr(self, name)) for name in names}
        return {name: value for name, value in known.items() if value}


class Tabs:
    """All members' open webviews. Safe to use from many request threads."""

    def __init__(self, version_of: Callable[[str], str] = lambda person: NEWEST) -> None:
        self._version_of = version_of
        self._lock = threading.Lock()
        self._tabs: OrderedDict[str, Tab] = OrderedDict()
        self._jars: dict[str, CookieJar] = {}
        self._devices: dict[str, str] = {}

    def open(self, tab: Tab, device: str) -> str:
        """Remember a tab; returns its id. The member's pages are asked for by that device from now on."""
        tab_id = secrets.token_hex(6)
        with self._lock:
            self._tabs[tab_id] = tab
            self._devices[tab.userid] = device
            while len(self._tabs) > TABS_KEPT:
                self._tabs.popitem(last=False)
        return tab_id

    def hold(self, person: str, device: str) -> None:
        """This person's pages are asked for by that device from now on."""
        with self._lock:
            self._devices[person] = device

    def find(self, userid: str, tab_id: str) -> Tab:
        """The tab with this id if it is this member's, else one with entry `normal`."""
        tab = self._tabs.get(tab_id)
        return tab if tab and tab.userid == userid else Tab(userid)

    def jar(self, userid: str) -> CookieJar:
        with self._lock:
            return self._jars.setdefault(userid, CookieJar())

    def device(self, person: str) -> str:
        return self._devices.get(person, "desktop")

    def user_agent(self, userid: str) -> str:
        return USER_AGENTS[self.device(userid)].replace(f"wxwork/{NEWEST}", f"wxwork/{self._version_of(userid)}")
