"""What only temporary contact ways have: their times, closing words, daily number, and chats to end (DOC 92228)."""

from typing import Any

from simulator import temp_chats
from simulator.api.call import Call, mapping, text
from simulator.api.customers import follower, known
from simulator.days import DAY, midnight
from simulator.errors import ApiError
from simulator.world.ways import ContactWay

MOST_A_DAY = 100_000
LONGEST = 14 * DAY
# At most one of these stands beside the text; the first one given wins.
ATTACHED = ("image", "link", "miniprogram")


def check_times(way: ContactWay) -> None:
    if way.is_temp and not (0 < way.expires_in <= LONGEST and 0 < way.chat_expires_in <= LONGEST):
        raise ApiError(40058)


def conclusions(call: Call) -> dict[str, Any]:
    """The closing words: text and the first of image, link, miniprogram; without effect unless is_temp."""
    given = mapping(call.body, "conclusions")
    words = mapping(given, "text")
    kept = {"text": {"content": text(words, "content", max_bytes=4000)}} if words else {}
    parts = {kind: mapping(given, kind) for kind in ATTACHED}
    kind = next((each for each in ATTACHED if parts[each]), "")
    if kind == "image" and call.state.files.find_alive(text(parts["image"], "media_id", missing=41006), call.world.now) is None:
        raise ApiError(40007)
    if kind == "link":
        text(parts["link"], "title", missing=41016)
        text(parts["link"], "url", missing=41010)
    if kind == "miniprogram":
        for key in ("title", "pic_media_id", "appid", "page"):
            text(parts["miniprogram"], key, missing=40063)
    return kept | ({kind: parts[kind]} if kind else {})


def shown(call: Call, kept: dict[str, Any]) -> dict[str, Any]:
    image = kept.get("image")
    if not image:
        return kept
    return kept | {"image": {"pic_url": f"{call.world.base_url}/files/media/{image['media_id']}"}}


def count(call: Call) -> None:
    """One more temporary way today; 45009 after a hundred thousand."""
    today = midnight(call.world.now)
    made = call.state.ways.temp_made
    if made.get(today, 0) >= MOST_A_DAY:
        raise ApiError(45009)
    call.state.ways.temp_made = {today: made.get(today, 0) + 1}


def close_chat(call: Call) -> dict[str, Any]:
    """End a 临时会话 with its closing words; 84061 when there is none."""
    userid, external_userid = text(call.body, "userid", missing=41009), text(call.body, "external_userid", missing=41035)
    follower(call, userid)
    known(call, external_userid)
    chat = call.state.ways.find_chat(userid, external_userid)
    if chat is None:
        raise ApiError(84061)
    temp_chats.close(call.world, chat)
    return {}
