"""Scripts (话术) as rows of a sheet: which column is what, what is wrong with a row, and a script as a row again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from content_library import bodies, rules
from content_library.actions import Placement
from content_library.categories import shelves
from content_library.importing import ScriptDraft
from content_library.models import Category, ContentType, Item, ItemKind, ItemVersion, Persona
from content_library.rules import YEARS
from foundation import clock
from foundation.errors import Invalid
from hq.spreadsheets import Rows

BUBBLES = tuple(f"第{number}条" for number in range(1, rules.MAX_BUBBLES + 1))
COLUMNS: tuple[tuple[str, int], ...] = (
    ("标题", 24), *((name, 44 if name == BUBBLES[0] else 30) for name in BUBBLES), ("追评", 24), ("分类", 18), ("人设", 14),
    ("客户阶段", 12), ("内容类型", 12), ("场景", 10), ("标签", 20), ("生效时间", 18), ("失效时间", 18), ("编号", 8), ("版本", 8),
)  # fmt: skip
NAMES = tuple(name for name, _ in COLUMNS)
NEEDED = ("标题", BUBBLES[0])
# Where a problem of the room stands in the sheet.
FIELDS = {
    "title": "标题", "body": BUBBLES[0], "follow_up": "追评", "category_id": "分类", "persona_id": "人设", "stage": "客户阶段",
    "content_type": "内容类型", "scene": "场景", "tags": "标签", "valid_from": "生效时间", "valid_until": "失效时间",
}  # fmt: skip
MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日")
SAMPLE = (
    "降温提醒：长款到店", "{客户称呼}，后天要降到零下，您上次看的长款到货了。",
    "{门店}给您留了一件，周末方便过来试试吗？", "", "", "", "",
    "", "", "成长期", "销售式", "私聊", "羽绒服、降温", "2026-11-01", "2027-02-28", "", "",
)  # fmt: skip


@dataclass(frozen=True)
class Shelves:
    """What names in a sheet may mean: categories by name and by 上级/名称, personas by name."""

    categories: Mapping[str, list[int]]
    personas: Mapping[str, int]


@dataclass
class Line:
    """One row as it would be saved. `problems` are by column; a line with any is not saved."""

    number: int
    cells: dict[str, str]
    draft: ScriptDraft
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """All that is wrong, in one cell."""
        return "；".join(f"{column}：{problem}" for column, problem in self.problems.items())


def shelves_of(categories: Sequence[Category], personas: Sequence[Persona]) -> Shelves:
    """The names a sheet may use: a category's own or its full one ("欢迎与破冰/加好友问候")."""
    names: dict[str, list[int]] = {}
    for shelf in shelves(categories):
        for name in {shelf.name, shelf.path}:
            names.setdefault(name, []).append(shelf.id)
    return Shelves(names, {one.name: one.id for one in personas})


def lines_of(rows: Rows, names: Shelves) -> list[Line]:
    """The filled rows below the head, each checked as far as a sheet alone can tell. Raises Invalid for a wrong head."""
    head = [name.replace(" ", "").rstrip("*") for name in rows[0]] if rows else []
    missing = [name for name in NEEDED if name not in head]
    if missing:
        why = f"第一行要有列名，缺少「{'」「'.join(missing)}」。请用模板填写"
        raise Invalid(why, {"file": why})
    columns = [name for name in head if name in NAMES]
    lines = []
    for number, cells in enumerate(rows[1:], start=2):
        named = {name: value for name, value in zip(head, cells, strict=False) if name in NAMES and value}
        if named:
            lines.append(_line(number, named, columns, names))
    if not lines:
        raise Invalid("表里还没有内容", {"file": "表里只有列名，还没有内容"})
    _note_doubles(lines)
    return lines


def _line(number: int, cells: dict[str, str], columns: Sequence[str], names: Shelves) -> Line:
    bubbles = [cells[name] for name in BUBBLES if name in cells]
    follow_up = cells.get("追评", "") if "追评" in columns else None
    draft = ScriptDraft(cells.get("标题", ""), tuple(bubbles), follow_up)
    line = Line(number, cells, draft)
    found = bodies.problems_of(ItemKind.SCRIPT, draft.title, draft.body_over({}))
    line.problems = {FIELDS.get(name, BUBBLES[0]): problem for name, problem in found.items()}
    item_id, version = _number(line, "编号"), _number(line, "版本")
    line.draft = replace(draft, item_id=item_id, seen=version, placement=_placement(line, columns, names))
    return line


def _number(line: Line, column: str) -> int | None:
    text = line.cells.get(column, "")
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    line.problems[column] = f"{column}是导出时带的数字；新话术请留空"
    return None


def _placement(line: Line, columns: Sequence[str], names: Shelves) -> Placement:
    """What the sheet's columns say; an empty cell clears, a column that is not there leaves things as they are."""
    same = {word: word for word in (*rules.STAGES, *rules.SCENES, *ContentType)}
    placed = Placement()
    readers: dict[str, tuple[str, object, Callable[[str], object]]] = {
        "分类": ("category_id", None, lambda name: _category(names, name)),
        "人设": ("persona_id", None, lambda name: _among(names.personas, name)),
        "客户阶段": ("stage", "", lambda name: _among({one: same[one] for one in rules.STAGES}, name)),
        "内容类型": ("content_type", "", lambda name: _among({one.value: one.value for one in ContentType}, name)),
        "场景": ("scene", "", lambda name: _among({one: same[one] for one in rules.SCENES}, name)),
        "标签": ("tags", [], _tags),
        "生效时间": ("valid_from", None, _moment),
        "失效时间": ("valid_until", None, _moment),
    }
    for column, (name, empty, read) in readers.items():
        if column not in columns:
            continue
        try:
            placed[name] = read(line.cells[column]) if column in line.cells else empty  # type: ignore[literal-required]
        except ValueError as problem:
            line.problems[column] = str(problem)
    opens, ends = placed.get("valid_from"), placed.get("valid_until")
    if opens and ends and ends <= opens:
        line.problems["失效时间"] = "要晚于生效时间"
    return placed


def _tags(text: str) -> list[str]:
    tags = re.split(r"[、,，;；\n]", text)
    found = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if problem := rules.tags_problem(found):
        raise ValueError(problem)
    return found


def _category(names: Shelves, name: str) -> int:
    found = names.categories.get(name.replace(" / ", "/"), [])
    if len(found) > 1:
        raise ValueError(f"有 {len(found)} 个分类叫「{name[:20]}」，请写成「上级/{name[:20]}」")
    if not found:
        raise ValueError(f"没有「{name[:20]}」这个分类，请先建好")
    return found[0]


def _among(choices: Mapping[str, Any], name: str) -> Any:
    if name not in choices:
        raise ValueError(f"没有「{name[:20]}」，可以填：{'、'.join(list(choices)[:8]) or '（还没有）'}")
    return choices[name]


def _moment(text: str) -> datetime:
    for form in MOMENTS:
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=clock.SHANGHAI)
        except ValueError:
            continue
        if moment.year in YEARS:
            return moment
        raise ValueError(f"请填 {YEARS[0]} 到 {YEARS[-1]} 年之间的日期")
    raise ValueError("写成 2026-11-01 或 2026-11-01 09:00")


def _note_doubles(lines: Sequence[Line]) -> None:
    seen: dict[object, int] = {}
    for line in lines:
        keys: dict[str, object] = {"标题": (line.draft.title, line.draft.bubbles)}
        if line.draft.item_id:
            keys["编号"] = line.draft.item_id
        for column, key in keys.items():
            if key in seen:
                line.problems.setdefault(column, f"和第 {seen[key]} 行重复")
            seen.setdefault(key, line.number)


def note_known(lines: Sequence[Line], known: Mapping[int, ItemVersion]) -> None:
    """Say what is wrong with lines that change a script: `known` are the newest versions of those the writer may change."""
    for line in lines:
        if not line.draft.item_id:
            continue
        last = known.get(line.draft.item_id)
        if last is None:
            line.problems["编号"] = "没有这条话术，或您不能改它"
        elif line.draft.seen and line.draft.seen != last.number:
            line.problems["版本"] = f"导出之后有人改过（现在是第 {last.number} 版），请重新导出再改"


def row_of(item: Item, version: ItemVersion, categories: Mapping[int, str], personas: Mapping[int, str]) -> list[object]:
    """A script as a row of the same sheet: read back unchanged it says the same."""
    texts = [str(text) for text in version.body.get("bubbles", [])]
    bubbles = [*texts, *[""] * (len(BUBBLES) - len(texts))][: len(BUBBLES)]
    window = (version.valid_from, version.valid_until)
    moments = [f"{one.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}" if one else "" for one in window]
    return [
        version.title, *bubbles, str(version.body.get("follow_up", "")), categories.get(version.category_id or 0, ""),
        personas.get(version.persona_id or 0, ""), version.stage, version.content_type, version.scene,
        "、".join(version.tags or []), *moments, item.id, version.number,
    ]  # fmt: skip
