"""What an item's body holds, kind by kind: checked field by field, read by search and word check, chosen for a guide. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from content_library.link_rules import problem_of_target
from content_library.models import ItemKind
from content_library.rules import MAX_BUBBLE, MAX_BUBBLES, VARIABLES, normal, unknown_variables

MAX_TITLE, MAX_DESC, MAX_URL, MAX_LONG, MAX_NOTE = 60, 170, 2048, 500, 200
MAX_VARIANTS, MAX_PRODUCTS, MAX_PRODUCT, MAX_ROLE = 12, 8, 40, 20
# The words of a picture a guide proposed: her messages, one below the other.
MAX_WORDS = MAX_BUBBLES * (MAX_BUBBLE + 1)
MINIPROGRAM_TITLE_BYTES = 64
Body = Mapping[str, Any]
Problems = dict[str, str]

_BLOB = re.compile(r"[0-9a-f]{64}")
_APPID = re.compile(r"wx[0-9a-f]{16}")


def _text(body: Body, name: str) -> str:
    return str(body.get(name) or "")


def _too_long(body: Body, name: str, most: int) -> Problems:
    length = len(_text(body, name))
    return {name: f"最多 {most} 个字，现在 {length} 个字"} if length > most else {}


def _unknown(texts: Iterable[str]) -> str | None:
    names = [name for text in texts for name in unknown_variables(text)]
    return f"不认识的变量 {{{names[0]}}}，可用：" + " ".join(f"{{{name}}}" for name in VARIABLES) if names else None


def bubbles_problem(bubbles: object) -> str | None:
    """What is wrong with the messages of a script; 1000 characters are at most the platform's 4000 bytes."""
    if not isinstance(bubbles, list) or not bubbles or not all(isinstance(b, str) and b.strip() for b in bubbles):
        return "至少写一句话，且不能有空白的一句"
    if len(bubbles) > MAX_BUBBLES:
        return f"最多 {MAX_BUBBLES} 句"
    long = next((number for number, bubble in enumerate(bubbles, 1) if len(bubble) > MAX_BUBBLE), None)
    if long:
        return f"每句最多 {MAX_BUBBLE} 字，第 {long} 句有 {len(bubbles[long - 1])} 字"
    return _unknown(bubbles)


def wrong_bubbles(bubbles: Sequence[str]) -> set[int]:
    """Which messages, from 0, are too long or name an unknown variable: those the form marks."""
    return {n for n, text in enumerate(bubbles) if len(text) > MAX_BUBBLE or unknown_variables(text)}


def _variants(body: Body) -> Problems:
    variants = body.get("variants", [])
    if len(variants) > MAX_VARIANTS:
        return {"variants": f"最多 {MAX_VARIANTS} 个版本"}
    problems: Problems = {}
    seen: set[tuple[object, str]] = set()
    for number, variant in enumerate(variants):
        key = (variant.get("persona_id"), _text(variant, "stage"))
        problem = bubbles_problem(variant.get("bubbles"))
        if key == (None, ""):
            problem = "请选人设或客户阶段，至少一个"
        elif key in seen:
            problem = "已经有一个同样人设、同样阶段的版本了"
        seen.add(key)
        problems |= {f"variant-{number}": problem} if problem else {}
    return problems


def _script(body: Body) -> Problems:
    problem = bubbles_problem(body.get("bubbles"))
    problems = {"body": problem} if problem else {}
    return problems | _variants(body) | _too_long(body, "follow_up", MAX_LONG) | _too_long(body, "note", MAX_NOTE)


def _url(body: Body) -> Problems:
    url = _text(body, "url")
    if problem := problem_of_target(url) or (None if url else "链接要以 http:// 或 https:// 开头"):
        return {"url": problem}
    return {"url": f"链接最长 {MAX_URL} 个字符"} if len(url.encode()) > MAX_URL else {}


def _picture(body: Body) -> Problems:
    return {} if not body.get("blob_key") or _BLOB.fullmatch(_text(body, "blob_key")) else {"blob_key": "请重新上传图片"}


def _uploaded(what: str) -> Callable[[Body], Problems]:
    return lambda body: {} if _BLOB.fullmatch(_text(body, "blob_key")) else {"blob_key": f"还没有{what}"}


def _link(body: Body) -> Problems:
    return _url(body) | _too_long(body, "desc", MAX_DESC) | _picture(body)


def _coupon(body: Body) -> Problems:
    return _link(body) | _too_long(body, "terms", MAX_LONG)


def _image(body: Body) -> Problems:
    return _uploaded("选图片")(body) | _too_long(body, "desc", MAX_WORDS)


def _file(body: Body) -> Problems:
    problems = _uploaded("选文件")(body)
    return problems if problems or _text(body, "filename").strip() else {"blob_key": "文件没有名字，请重新上传"}


def _miniprogram(body: Body) -> Problems:
    problems = {} if _APPID.fullmatch(_text(body, "appid")) else {"appid": "AppID 以 wx 开头，共 18 位，在小程序后台可以查到"}
    page = _text(body, "page")
    if not page.split("?", 1)[0].endswith(".html") or re.search(r"\s", page) or len(page.encode()) > 1024:
        problems["page"] = "页面路径要以 .html 结尾（参数写在后面），如 pages/index.html?id=1，否则客户打开会提示找不到页面"
    return problems | _too_long(body, "desc", MAX_DESC) | _uploaded("选封面图")(body)


def _look(body: Body) -> Problems:
    products, problem = body.get("products", []), None
    if not 2 <= len(products) <= MAX_PRODUCTS:
        problem = f"一套搭配写 2 到 {MAX_PRODUCTS} 件商品"
    elif not all(_text(one, "name").strip() for one in products):
        problem = "每件商品都要写名称"
    elif any(len(_text(one, "name")) > MAX_PRODUCT or len(_text(one, "role")) > MAX_ROLE for one in products):
        problem = f"商品名称最多 {MAX_PRODUCT} 个字，角色最多 {MAX_ROLE} 个字"
    return ({"products": problem} if problem else {}) | _too_long(body, "text", MAX_LONG) | _uploaded("选搭配图")(body)


_CHECKS: dict[ItemKind, Callable[[Body], Problems]] = {
    ItemKind.SCRIPT: _script,
    ItemKind.LINK: _link,
    ItemKind.ARTICLE: _link,
    ItemKind.COUPON: _coupon,
    ItemKind.IMAGE: _image,
    ItemKind.VIDEO: _uploaded("选视频"),
    ItemKind.FILE: _file,
    ItemKind.MINIPROGRAM: _miniprogram,
    ItemKind.LOOK: _look,
    ItemKind.POSTER: lambda _: {},
}
# Words of a body that are filled before a customer reads them; a script's own messages are looked at with their lengths.
_FILLED = ("text", "desc", "terms", "follow_up")


def _never_filled(title: str, body: Body) -> Problems:
    texts = {"title": [title], **{name: [_text(body, name)] for name in _FILLED}}
    texts["products"] = [_text(one, name) for one in body.get("products", []) for name in ("role", "name")]
    return {name: wrong for name, said in texts.items() if (wrong := _unknown(said))}


def problems_of(kind: ItemKind, title: str, body: Body) -> Problems:
    """What is wrong with an item, field by field, in Chinese; empty when it may be saved. Posters: see `layout`.

    Fields are the body's keys; a script's own bubbles are `body`, its n-th variant's (from 0) `variant-n`.
    """
    fields = _never_filled(title, body)
    if not title.strip():
        fields["title"] = "请写标题"
    elif len(title) > MAX_TITLE:
        fields["title"] = f"标题最多 {MAX_TITLE} 字，现在 {len(title)} 字"
    elif kind == ItemKind.MINIPROGRAM and len(title.encode()) > MINIPROGRAM_TITLE_BYTES:
        fields["title"] = f"小程序卡片的标题最多 {MINIPROGRAM_TITLE_BYTES} 字节（约 21 个汉字），现在 {len(title.encode())} 字节"
    return fields | _CHECKS[ItemKind(kind)](body)


def texts_of(body: Body) -> list[str]:
    """Every text of a body that a customer may read, in reading order; empty ones are left out."""
    texts = [*body.get("bubbles", []), _text(body, "text"), _text(body, "desc"), _text(body, "terms")]
    texts += [str(box.get("text", "")) for box in body.get("texts", [])] + [_text(body, "product")]
    texts += [f"{_text(one, 'role')} {_text(one, 'name')}".strip() for one in body.get("products", [])]
    texts += [bubble for variant in body.get("variants", []) for bubble in variant.get("bubbles", [])]
    return [text for text in [*texts, _text(body, "follow_up")] if text.strip()]


def text_of(title: str, body: Body, tags: Sequence[str] = ()) -> str:
    """Everything of an item that can be found: title, tags, all texts with every variant's, a file's name."""
    return normal("\n".join([title, *tags, *texts_of(body), _text(body, "filename")])).replace("\x00", "")


def bubbles_for(body: Body, persona_id: int | None, stage: str) -> list[str]:
    """The messages that suit a guide's persona and a customer's stage best: both, persona, stage, else the script's own."""
    best, most = body.get("bubbles", []), 0
    for variant in body.get("variants", []):
        voice, moment = variant.get("persona_id"), variant.get("stage") or ""
        if (voice is not None and voice != persona_id) or (moment and moment != stage):
            continue
        score = 2 * (voice is not None) + bool(moment)
        if score > most:
            best, most = variant["bubbles"], score
    return list(best)
