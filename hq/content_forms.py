"""A content form as typed and as kept: fields, bubbles, variants, products. Nothing is judged here: content_library does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from content_library.actions import Placement
from content_library.bodies import MAX_PRODUCTS, MAX_VARIANTS
from content_library.models import ItemKind, ItemVersion
from foundation.text import clean
from hq.forms import LONGEST, as_moment, as_number, moment_field, typed, typed_bubbles

PLACES = ("persona_id", "category_id", "stage", "content_type", "scene", "tags", "department_id", "valid_from", "valid_until")
WORDS = ("title", "url", "desc", "terms", "appid", "page", "text", "follow_up", "note")
FIELDS = (*WORDS, *PLACES)
# Which words of the form belong to which kind's body.
BODY_WORDS: dict[ItemKind, tuple[str, ...]] = {
    ItemKind.IMAGE: ("desc",),
    ItemKind.LINK: ("url", "desc"),
    ItemKind.ARTICLE: ("url", "desc"),
    ItemKind.COUPON: ("url", "desc", "terms"),
    ItemKind.MINIPROGRAM: ("appid", "page", "desc"),
    ItemKind.LOOK: ("text",),
}
# Keys of a body that the form writes, for one kind or another.
WRITTEN = frozenset({*WORDS, "bubbles", "variants", "products", "blob_key", "filename"})


@dataclass(frozen=True)
class Variant:
    """Another version of a script for one persona, one stage, or both; as typed."""

    persona_id: str = ""
    stage: str = ""
    note: str = ""
    bubbles: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class ContentForm:
    """Everything of the form. `blob_key` and `filename` are an upload's, proved by its signature."""

    values: dict[str, str]
    bubbles: tuple[str, ...] = ("",)
    variants: tuple[Variant, ...] = ()
    products: tuple[tuple[str, str], ...] = ()
    blob_key: str = ""
    filename: str = ""
    given: frozenset[str] = field(default=frozenset(PLACES))

    def whole(self) -> dict[str, str]:
        """All of it as flat texts, to see whether somebody else changed something."""
        return {
            **self.values,
            "body": "\n\n".join(self.bubbles),
            "variants": "\n\n".join(f"{one.persona_id}|{one.stage}\n" + "\n".join(one.bubbles) for one in self.variants),
            "products": "\n".join(f"{role} {name}" for role, name in self.products),
            "blob_key": self.blob_key,
        }


def _typed_variants(form: MultiDict[str, str]) -> tuple[Variant, ...]:
    found = []
    for n in as_indexes(form.getlist("variant"))[: MAX_VARIANTS + 1]:
        persona, stage, note = (form.get(f"v{n}_{name}", "").strip()[:LONGEST] for name in ("persona", "stage", "note"))
        one = Variant(persona, stage, clean(note), tuple(typed_bubbles(form.getlist(f"v{n}_bubble"))))
        if one != Variant(bubbles=()):
            found.append(one)
    return tuple(found)


def as_indexes(texts: Sequence[str]) -> list[int]:
    """The small numbers the form names its variants by, each once."""
    return list(dict.fromkeys(int(text) for text in texts if re.fullmatch(r"\d{1,3}", text)))


def typed_content(form: MultiDict[str, str], blob: tuple[str, str]) -> ContentForm:
    """The form as sent; `blob` is (key, filename) of its upload, empty without one."""
    names, roles = form.getlist("product"), form.getlist("product_role")
    rows = [tuple(clean(text).strip()[:LONGEST] for text in pair) for pair in zip(roles, names, strict=False)]
    return ContentForm(
        values=typed(form, *FIELDS),
        bubbles=tuple(typed_bubbles(form.getlist("bubble"))),
        variants=_typed_variants(form),
        products=tuple((role, name) for role, name in rows[: MAX_PRODUCTS + 1] if role or name),
        blob_key=blob[0],
        filename=blob[1],
        given=frozenset(name for name in PLACES if name in form),
    )


def tags_of(text: str) -> list[str]:
    """Tags typed with commas, spaces or 、 between them."""
    return list(dict.fromkeys(tag for tag in re.split(r"[,，、;；\s]+", text) if tag))


def body_of(kind: ItemKind, form: ContentForm, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body of a version as content_library keeps it. What the form has no field for stays as it was in the body `before`."""
    body: dict[str, Any] = {name: value for name, value in (before or {}).items() if name not in WRITTEN}
    if kind == ItemKind.SCRIPT:
        return body | _script_body(form)
    body |= {name: form.values[name].strip() for name in BODY_WORDS.get(kind, ())}
    if kind == ItemKind.LOOK:
        body["products"] = [{"name": name, "role": role} for role, name in form.products]
    if form.blob_key:
        body["blob_key"] = form.blob_key
    if kind in {ItemKind.VIDEO, ItemKind.FILE}:
        body["filename"] = form.filename
    return body


def _script_body(form: ContentForm) -> dict[str, Any]:
    variants = [
        {"persona_id": as_number(one.persona_id), "stage": one.stage, "bubbles": list(one.bubbles)}
        | ({"note": one.note} if one.note else {})
        for one in form.variants
    ]
    words = {name: text for name in ("follow_up", "note") if (text := form.values[name].strip())}
    return {"bubbles": list(form.bubbles), **({"variants": variants} if variants else {}), **words}


def placement_of(form: ContentForm, paths: Mapping[int, str], everybody: bool = True) -> Placement:
    """Where the item is to stand, of the fields the form has: one that was not sent stays as it was.

    `paths`: department id → path, of those the editor may choose; `everybody`: whether a blank department means all of them.
    """
    given: Placement = {}
    for name in form.given & {"stage", "content_type", "scene"}:
        given[name] = form.values[name]  # type: ignore[literal-required]
    for name in form.given & {"persona_id", "category_id"}:
        given[name] = as_number(form.values[name])  # type: ignore[literal-required]
    for name in form.given & {"valid_from", "valid_until"}:
        given[name] = as_moment(form.values[name])  # type: ignore[literal-required]
    if "tags" in form.given:
        given["tags"] = tags_of(form.values["tags"])
    if "department_id" in form.given:
        department_id = as_number(form.values["department_id"])
        if department_id is not None or everybody:
            given["path"] = paths.get(department_id or 0, "")
    return given


def kept_content(version: ItemVersion) -> ContentForm:
    """A kept version as the form shows it."""
    body = version.body
    moments = {name: getattr(version, name) for name in ("valid_from", "valid_until")}
    values = {name: str(body.get(name) or "") for name in WORDS} | {
        "title": version.title,
        "persona_id": str(version.persona_id or ""),
        "category_id": str(version.category_id or ""),
        "stage": version.stage,
        "content_type": version.content_type,
        "scene": version.scene,
        "tags": "、".join(version.tags),
        "department_id": version.path.rstrip(".").rsplit(".", 1)[-1],
        **{name: moment_field(moment) if moment else "" for name, moment in moments.items()},
    }
    variants = [
        Variant(str(one.get("persona_id") or ""), one.get("stage") or "", one.get("note") or "", tuple(one["bubbles"]))
        for one in body.get("variants", [])
    ]
    products = tuple((str(one.get("role") or ""), str(one.get("name") or "")) for one in body.get("products", []))
    bubbles = tuple(map(str, body.get("bubbles", []))) or ("",)
    blob = (str(body.get("blob_key") or ""), str(body.get("filename") or ""))
    return ContentForm({name: values[name] for name in FIELDS}, bubbles, tuple(variants), products, *blob)


def told_fields(version: ItemVersion, names: Mapping[str, Mapping[int, str]]) -> dict[str, str]:
    """A version as texts by field, to be compared: numbers written as names, unset ones left out."""
    form = kept_content(version)
    told = {**form.values, "body": "\n\n".join(form.bubbles)}
    told["persona_id"] = names["personas"].get(version.persona_id or 0, "")
    told["category_id"] = names["categories"].get(version.category_id or 0, "")
    told["path"] = names["departments"].get(as_number(told.pop("department_id")) or 0, "") if version.path else "全部门店"
    told["variants"] = "\n\n".join(
        "、".join(filter(None, (names["personas"].get(as_number(one.persona_id) or 0, ""), one.stage)))
        + "：\n" + "\n".join(one.bubbles)
        for one in form.variants
    )  # fmt: skip
    told["products"] = "\n".join(f"{role} {name}".strip() for role, name in form.products)
    told["blob_key"], told["filename"] = form.blob_key[:8], form.filename
    if "texts" in version.body:
        told["layout"] = "\n".join(str(box.get("text", "")) for box in version.body["texts"])
    return {name: text for name, text in told.items() if text}
