"""What is wrong with a layout, told to the person who draws it: in Chinese and at the element. Pure."""

from typing import Any

from pydantic import ValidationError

PARTS = {
    "panels": "色块",
    "pictures": "图片",
    "texts": "文字",
    "avatar": "头像",
    "qr": "二维码",
    "background": "背景",
    "product": "商品",
    "price": "价格",
    "campaign": "活动",
    "width": "海报宽度",
    "height": "海报高度",
}
FIELDS = {
    "x": "左边距",
    "y": "上边距",
    "w": "宽",
    "h": "高",
    "size": "大小",
    "min_size": "最小字号",
    "weight": "粗细",
    "colour": "颜色",
    "colours": "颜色",
    "align": "对齐",
    "lines": "行数",
    "radius": "圆角",
    "opacity": "不透明度",
    "text": "内容",
    "blob_key": "图片文件",
}


def _sentence(kind: str, facts: dict[str, Any], message: str) -> str:
    limits = {
        "greater_than_equal": f"不能小于 {facts.get('ge')}",
        "less_than_equal": f"不能大于 {facts.get('le')}",
        "string_too_long": f"最多 {facts.get('max_length')} 个字",
        "too_long": f"最多 {facts.get('max_length')} 个",
        "too_short": f"至少 {facts.get('min_length')} 个",
        "missing": "还没有填",
        "extra_forbidden": "不认识的项目",
        "string_pattern_mismatch": "还没有选图片",
        "value_error": message.removeprefix("Value error, "),
    }
    if kind.startswith(("int_", "float_", "finite_")):
        return "请填整数"
    return limits.get(kind, "填得不对")


def told(error: ValidationError) -> dict[str, str]:
    """Place in the layout → what is wrong there; the first problem of each place."""
    found: dict[str, str] = {}
    for one in error.errors():
        where = ".".join(str(step) for step in one["loc"])
        found.setdefault(where, _sentence(one["type"], one.get("ctx", {}), one["msg"]))
    return found


def named(where: str) -> str:
    """A place as a person calls it: "texts.2.size" is 文字 3 的大小."""
    part, *rest = where.split(".")
    name = PARTS.get(part, "海报")
    if rest and rest[0].isdigit():
        name, rest = f"{name} {int(rest[0]) + 1}", rest[1:]
    return f"{name}的{FIELDS[rest[0]]}" if rest and rest[0] in FIELDS else name


def first_of(problems: dict[str, str]) -> str | None:
    """The first problem in one line; None when there is none."""
    return next((f"{named(where)}：{why}" for where, why in problems.items()), None)
