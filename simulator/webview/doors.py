"""The webview's own addresses under /__webview__/: open a tab, its context, the JS bridge, silent login.

The member is always the one in the host name; nothing here may let a page act for somebody else.
"""

import json
import re
from pathlib import Path
from typing import Any

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from simulator import bridge
from simulator.json_text import HalfCharacterError, NoObjectError, read_object
from simulator.webview.addresses import AUTHORIZE, Places, is_web_address, same_page, take_tab, with_args, with_tab
from simulator.webview.tabs import ENTRIES, USER_AGENTS, Tab, Tabs
from simulator.world.world import World

BRIDGE_SCRIPT = (Path(__file__).parent / "static" / "bridge.js").read_bytes()
# "/x" but neither "//host" nor "/\host", which a browser takes for the same
LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
NO_ADDRESS = "path is a path of the product or url a web address, for example ?path=/sidebar/ or ?url=https://www.example.com/"
CALL_EXAMPLE = '{"name": "getContext", "params": {}, "url": "http://…/sidebar/", "tab": ""}'


class Doors:
    """Serves `/__webview__/<name>` of any member's webview."""

    def __init__(self, world: World, platform: Client, tabs: Tabs) -> None:
        self._world = world
        self._platform = platform
        self._tabs = tabs

    def serve(self, request: Request, userid: str, places: Places, name: str) -> Response:
        """Answer one of our own addresses; 404 for a name we do not have."""
        if request.method == "GET" and name == "bridge.js":
            return Response(BRIDGE_SCRIPT, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})
        if request.method == "GET" and name == "open":
            return self._open(request, userid, places)
        if request.method == "GET" and name == "context":
            return _json(self._tabs.find(userid, request.args.get("tab", "")).context() | {"userid": userid})
        if request.method == "GET" and name == "authorize":
            return self._authorize(request, userid, places)
        if request.method == "POST" and name in ("bridge", "forget"):
            if request.headers.get("Origin", places.webview).lower() != places.webview:
                return _json({"error": "only pages of this webview may call"}, 403)
            return self._forget(userid) if name == "forget" else self._bridge(request, userid, places)
        return _json({"error": f"the webview has no {request.method} {request.path}"}, 404)

    def _open(self, request: Request, userid: str, places: Places) -> Response:
        entry, device = request.args.get("entry", "normal"), request.args.get("device") or self._tabs.device(userid)
        target = places.outward(request.args.get("url") or request.args.get("path") or "/")
        if entry not in ENTRIES or device not in USER_AGENTS:
            return _json({"error": f"unknown entry or device: {entry}, {device}"}, 400)
        if not LOCAL_PATH.fullmatch(target):
            return _redirect(target) if is_web_address(target) else _json({"error": NO_ADDRESS}, 400)
        context = {name: request.args.get(name, "") for name in ("external_userid", "chat_id", "open_kfid")}
        return _redirect(with_tab(target, self._tabs.open(Tab(userid, entry, **context), device)))

    def _authorize(self, request: Request, userid: str, places: Places) -> Response:
        """网页授权 without a page: inside WeCom the member is known, the code comes at once (DOC 91022)."""
        tab, query = take_tab(request.query_string.decode("latin-1"))
        platform = self._platform.get(with_args(f"{AUTHORIZE}?{places.inward(query)}", **{"as": userid}))
        location = platform.headers.get("Location", "")
        if not is_web_address(location):
            return Response(platform.get_data(), status=platform.status_code, mimetype=platform.mimetype)
        target = places.outward(location)
        return _redirect(with_tab(target, tab) if target.startswith("/") else target)

    def _bridge(self, request: Request, userid: str, places: Places) -> Response:
        """One JS-SDK call. The platform sees the product's own address, as if there were no proxy between."""
        try:
            # latin-1 both ways: addresses are ASCII, and the reader sees the bytes as they came
            call = read_object(places.inward(request.get_data().decode("latin-1")).encode("latin-1"))
        except HalfCharacterError as error:
            return _json(bridge.refused(error.found, "parameter"))
        except NoObjectError as error:
            return _json({"error": f"a call is a JSON object ({error}); it looks like {CALL_EXAMPLE}"}, 400)
        name, url, tab, params = (call.get(key) for key in ("name", "url", "tab", "params"))
        if not (isinstance(name, str) and isinstance(url, str) and isinstance(tab, str) and isinstance(params, dict)):
            return _json({"error": f"name, params, url and tab are needed; a call looks like {CALL_EXAMPLE}"}, 400)
        if not _is_its_own(request, places, url):
            return _json(bridge.refused(call, "url"))
        context = self._tabs.find(userid, tab).context() | {"user_agent": self._tabs.user_agent(userid)}
        return _json(bridge.answer(self._world, userid, name, params, url, context))

    def _forget(self, userid: str) -> Response:
        self._tabs.jar(userid).clear()
        return _json({"forgotten": userid})


def _is_its_own(request: Request, places: Places, url: str) -> bool:
    """Does the page say its own address? A browser names the page in Referer; who is no browser is believed."""
    if "Origin" not in request.headers and "Referer" not in request.headers:
        return True
    return same_page(places.inward(request.headers.get("Referer", "")), url)


def _redirect(target: str) -> Response:
    return Response(status=302, headers={"Location": target, "Cache-Control": "no-store"})


def _json(value: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status=status, mimetype="application/json")
