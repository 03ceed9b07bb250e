"""A poster's form as typed and as kept: the layout as JSON beside the fields every content has, and whom it is shown for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from content_library.layout import Layout, layout_of
from content_library.layout_problems import PARTS
from content_library.models import ItemVersion
from content_library.posters import BoxNote, PosterFacts
from foundation.errors import Invalid
from hq.content_forms import ContentForm, kept_content

Json = dict[str, Any]
LONGEST_LAYOUT = 120_000
SAMPLE_LINK = "https://work.weixin.qq.com/ca/cawcde5f3b1a8c7d20"
SAMPLES = {
    "usual": ("常见：李小美", "李小美", "雪岭羽绒徐家汇店"),
    "short": ("很短：林晓", "林晓", "万象城店"),
    "long": ("很长：欧阳慕容雪晴…", "欧阳慕容雪晴（资深搭配顾问）", "雪岭羽绒北京市朝阳区大悦城购物中心三层旗舰店"),
    "rare": ("生僻字和表情：𬱖🌸", "𬱖㛃🌸Cindy", "雪岭羽绒·龙湖天街店❤️"),
}
# A header of more than 8 KB is refused by many a proxy.
MOST_NOTES, LONGEST_NOTES = 10, 2048
LISTS = ("panels", "pictures", "texts")


def read_layout(text: str) -> Json:
    """The layout a page sent. Raises Invalid when it is no JSON object, or far too long."""
    try:
        body = json.loads(text) if len(text) <= LONGEST_LAYOUT else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid("版面没有传完整，请再试一次", {"layout": "版面没有传完整，请再试一次"})
    return body


def sample_facts(name: str) -> PosterFacts:
    """A sample guide by the key of SAMPLES; an unknown key is the usual one."""
    _, guide, store = SAMPLES.get(name, SAMPLES["usual"])
    return PosterFacts(0, guide, store, qr_link=SAMPLE_LINK)


def blank_layout() -> Json:
    """What a new poster begins with: a headline, and below it the guide with her code."""
    small, name = {"size": 26, "min_size": 18, "colour": "#5b6675"}, {"size": 34, "min_size": 22, "weight": "bold"}
    large = {"size": 76, "min_size": 44, "weight": "bold", "colour": "#1d3853", "align": "center"}
    return {
        "background": {"colours": ["#eaf2fb", "#ffffff"]},
        "panels": [{"x": 40, "y": 1040, "w": 670, "h": 254, "colour": "#ffffff", "radius": 24, "opacity": 92}],
        "texts": [
            {"text": "写一句标题", "x": 40, "y": 120, "w": 670, "h": 110, "lines": 1, **large},
            {"text": "{导购}", "x": 204, "y": 1104, "w": 260, "h": 50, "lines": 1, **name},
            {"text": "{门店}", "x": 204, "y": 1160, "w": 260, "h": 76, "lines": 2, **small},
        ],
        "avatar": {"x": 72, "y": 1112, "size": 108},
        "qr": {"x": 496, "y": 1072, "size": 182},
    }


def blob_keys(body: Mapping[str, Any]) -> Iterator[str]:
    """Every picture a layout names, also in a layout nobody checked."""
    background, pictures = body.get("background"), body.get("pictures")
    for part in [background, *(pictures if isinstance(pictures, list) else [])]:
        if isinstance(part, dict) and isinstance(key := part.get("blob_key"), str):
            yield key


def canonical(body: Mapping[str, Any]) -> str:
    """One text per layout: defaults written out, keys in order; a layout that is no layout stands as it is."""
    try:
        whole: object = layout_of(dict(body)).model_dump(mode="json")
    except ValueError:
        whole = body
    return json.dumps(whole, ensure_ascii=False, sort_keys=True)


def whole_of(form: ContentForm, body: Mapping[str, Any]) -> dict[str, str]:
    """Everything of the form as flat texts, to see whether somebody else changed something."""
    return {**form.values, "layout": canonical(body)}


def kept_poster(version: ItemVersion) -> tuple[ContentForm, Json]:
    """A kept version as the form shows it."""
    return kept_content(version), dict(version.body)


def changed_parts(kept: Mapping[str, Any], typed: Mapping[str, Any]) -> str:
    """In words, what differs between two layouts: 文字 3、背景."""
    names: list[str] = []
    for part, name in PARTS.items():
        mine, theirs = typed.get(part), kept.get(part)
        if part in LISTS:
            ours, others = list(mine or []), list(theirs or [])
            longest = max(len(ours), len(others))
            names += [f"{name} {n + 1}" for n in range(longest) if ours[n : n + 1] != others[n : n + 1]]
        elif (mine or None) != (theirs or None):
            names.append(name)
    return "、".join(names[:8]) + ("等" if len(names) > 8 else "")


def notes_for(layout: Layout, notes: Sequence[BoxNote]) -> list[Json]:
    """What the editor says of boxes whose words do not come out whole."""
    return [
        {"path": f"texts.{one.box}", "text": layout.texts[one.box].text[:20], "cut": one.cut, "left": one.left_out[:20]}
        for one in notes
    ]


def told_notes(now: Sequence[Json], long: Sequence[Json], weight: int) -> str:
    """What is said of a drawn poster (JSON for a header): {"now", "long", "more": how many were left out, "bytes"}.

    `long`: what would not fit for a guide with a long name; what does not fit now either is said once.
    """
    here = {one["path"] for one in now}
    rows = [("now", one) for one in now] + [("long", one) for one in long if one["path"] not in here]
    for most in range(min(len(rows), MOST_NOTES), -1, -1):
        said = {side: [one for where, one in rows[:most] if where == side] for side in ("now", "long")}
        told = json.dumps({**said, "more": len(rows) - most, "bytes": weight}, separators=(",", ":"))
        if len(told) <= LONGEST_NOTES:
            break
    return told
