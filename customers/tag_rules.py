"""Rules that tag by themselves (自动标签): what a moment must be like, how often in how many days, in plain Chinese. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from foundation.db import Json

Facts = Mapping[str, Any]
NAME_LENGTH, WORD_LENGTH, MOST_WORDS, MOST_ITEMS = 60, 20, 20, 50
MOST_TIMES, LONGEST_LIFE = 50, 730
LOOK_BACK_DAYS = 30


@dataclass(frozen=True)
class Event:
    """A kind of moment: its name, the kind of timeline entry that keeps it ("": words, which nobody keeps), what narrows it.

    `most_days` is how far back several of them may lie (openings are many, orders few); `say` tells it in a rule's sentence.
    """

    name: str
    kind: str
    narrowed_by: tuple[str, ...]
    most_days: int
    say: Callable[[Json, Mapping[str, str]], str]


def _words(match: Json) -> str:
    return "、".join(f"「{word}」" for word in match.get("words") or [])


def _opened(match: Json, names: Mapping[str, str]) -> str:
    shelf = f"分类「{names['category']}」" if names.get("category") else "指定分类" if "category" in match else ""
    items = f"{len(match['items'])} 条指定内容之一" if match.get("items") else ""
    titled = f"标题或标签里有{_words(match)}" if _words(match) else ""
    what = "，".join(part for part in (titled, items, shelf) if part)
    return f"打开了内容（{what}）" if what else "打开了任何一条内容"


def _ordered(match: Json, _names: Mapping[str, str]) -> str:
    least = f"满 {match['min_yuan']} 元" if "min_yuan" in match else ""
    return f"下单{least}" + (f"，商品名里有{_words(match)}" if _words(match) else "")


def _added(match: Json, _names: Mapping[str, str]) -> str:
    through = "、".join(f"「{one}」" for one in match.get("channels") or [])
    return f"从渠道{through}加为好友" if through else "加为好友"


EVENTS: dict[str, Event] = {
    "open": Event("打开内容", "opened", ("words", "items", "category"), 90, _opened),
    "order": Event("下单", "ordered", ("words", "min_yuan"), 730, _ordered),
    "reply": Event("找过我们", "replied", (), 90, lambda _match, _names: "主动找过我们"),
    "visit": Event("到店", "visited", (), 365, lambda _match, _names: "到店"),
    "keyword": Event("说到关键词", "", ("words",), 90, lambda match, _names: f"说到{_words(match)}"),
    "added": Event("加为好友", "added", ("channels",), 365, _added),
}
EVENT_OF = {event.kind: name for name, event in EVENTS.items() if event.kind}


@dataclass(frozen=True)
class RuleDraft:
    """A rule as it was typed; `match` holds only what its event is narrowed by: words, items, category, min_yuan, channels."""

    name: str
    tag_id: int | None
    event: str
    match: Json = field(default_factory=dict)
    times: int | None = 1
    days: int | None = None
    expires_days: int | None = None


def draft_problems(draft: RuleDraft) -> dict[str, str]:
    """What is wrong, field by field; empty when nothing is."""
    problems: dict[str, str] = {}
    if not 1 <= len(draft.name) <= NAME_LENGTH:
        problems["name"] = f"请填写规则名称，最多 {NAME_LENGTH} 个字"
    if draft.tag_id is None:
        problems["tag_id"] = "请选择要打的标签"
    if draft.event not in EVENTS:
        return problems | {"event": "请选择什么时候打标签"}
    problems |= _match_problems(draft.event, draft.match) | _count_problems(draft)
    if draft.expires_days is not None and not 1 <= draft.expires_days <= LONGEST_LIFE:
        problems["expires_days"] = f"保留天数请填 1 到 {LONGEST_LIFE}，不填就一直保留"
    return problems


def _match_problems(event: str, match: Json) -> dict[str, str]:
    problems: dict[str, str] = {}
    words = match.get("words") or []
    if len(words) > MOST_WORDS or any(not 1 <= len(word) <= WORD_LENGTH for word in words):
        problems["words"] = f"最多 {MOST_WORDS} 个词，每个不超过 {WORD_LENGTH} 个字"
    if event == "keyword" and not words:
        problems["words"] = "请填写关键词，用逗号隔开"
    if len(match.get("items") or []) > MOST_ITEMS:
        problems["items"] = f"最多选 {MOST_ITEMS} 条内容"
    least = match.get("min_yuan")
    if least is not None and not 1 <= least <= 1_000_000:
        problems["min_yuan"] = "金额请填 1 到 1,000,000 的整数，不填就不限"
    if any(not 1 <= len(one) <= NAME_LENGTH for one in match.get("channels") or []):
        problems["channels"] = f"渠道名称最多 {NAME_LENGTH} 个字"
    return problems


def _count_problems(draft: RuleDraft) -> dict[str, str]:
    if draft.times is None or not 1 <= draft.times <= MOST_TIMES:
        return {"times": f"次数请填 1 到 {MOST_TIMES}"}
    if draft.event == "keyword" and draft.times > 1:
        return {"times": "客户的原话不保存，关键词只能说一次就算"}
    event = EVENTS[draft.event]
    if draft.times > 1 and (draft.days is None or not 1 <= draft.days <= event.most_days):
        return {"days": f"多次才算时，请填几天之内，{event.name}是 1 到 {event.most_days}"}
    return {}


def narrowed(event: str, match: Json) -> Json:
    """Of what was typed, what this event can be narrowed by and is not empty."""
    known = EVENTS[event].narrowed_by if event in EVENTS else ()
    return {name: value for name, value in match.items() if name in known and value not in (None, "", [], ())}


def matches(match: Json, facts: Facts) -> bool:
    """Whether one moment is of this kind: all that narrows it holds; of several words, items or channels one is enough."""
    if "words" in match and not any(word.lower() in spoken(facts) for word in match["words"]):
        return False
    if "items" in match and facts.get("item") not in match["items"]:
        return False
    if "category" in match and facts.get("category") != match["category"]:
        return False
    if "channels" in match and facts.get("channel") not in match["channels"]:
        return False
    return "min_yuan" not in match or float(facts.get("paid_yuan") or 0) >= match["min_yuan"]


def spoken(facts: Facts) -> str:
    """The words of a moment: a title with the content's tags, the goods of an order, or what she wrote."""
    return " ".join([str(facts.get("title") or ""), *(facts.get("marks") or []), str(facts.get("words") or "")]).lower()


def reached(moments: Sequence[datetime], times: int, days: int | None, now: datetime) -> bool:
    """Whether enough of her matching moments lie within the last `days` (all of them when None)."""
    since = now - timedelta(days=days) if days is not None else None
    return sum(1 for at in moments if at <= now and (since is None or at >= since)) >= times


def sentence(draft: RuleDraft, tag: str, names: Mapping[str, str] | None = None) -> str:
    """The whole rule as a person would say it. `names` may give the category's name."""
    how_often = f"，{draft.days} 天内满 {draft.times} 次" if (draft.times or 1) > 1 else ""
    until = f"，{draft.expires_days} 天后自动去掉" if draft.expires_days else ""
    return f"客户{EVENTS[draft.event].say(draft.match, names or {})}{how_often}，就打上「{tag}」{until}。"


def reason(draft: RuleDraft) -> str:
    """Why she got it, for the customer page: 7 天内 2 次打开内容（「羽绒服」）."""
    words = "、".join((draft.match.get("words") or [])[:3])
    said = f"（{words}）" if words else ""
    times = f"{draft.days} 天内 {draft.times} 次" if (draft.times or 1) > 1 else ""
    return f"规则「{draft.name}」：{times}{EVENTS[draft.event].name}{said}"
