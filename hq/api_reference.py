"""The open API as a page to read: the OpenAPI document flattened into rows of fields. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KINDS = {"integer": "整数", "number": "数字", "boolean": "是或否", "object": "对象", "array": "列表", "string": "文字"}
FORMATS = {"date": "日期，如 2026-01-31", "date-time": "时间，带时区"}
DEEPEST = 5


@dataclass(frozen=True)
class FieldRow:
    """One field of a request or an answer; `name` is its path, like orders[].goods[].name."""

    name: str
    kind: str
    must: bool
    says: str


@dataclass(frozen=True)
class Door:
    """One operation: what is asked by address and by body, and what comes back."""

    name: str
    method: str
    path: str
    says: str
    scope: str
    asks: list[FieldRow]
    body: list[FieldRow]
    answers: list[FieldRow]
    refusals: dict[str, str]


def doors_of(document: Mapping[str, Any]) -> list[Door]:
    """Every operation in the document's order."""
    found = []
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            asks = [row for told in one["parameters"] if told["in"] != "header" for row in _asked(told, document)]
            answers = _content(one["responses"]["200"], document)
            refusals = {code: answer["description"] for code, answer in one["responses"].items() if code != "200"}
            body = _content(one.get("requestBody", {}), document)
            found.append(
                Door(one["operationId"], method.upper(), path, one["summary"], one["description"], asks, body, answers, refusals)
            )
    return found


def telling_rows(document: Mapping[str, Any]) -> list[FieldRow]:
    """What a webhook is told; the same for every kind."""
    first = next(iter(document["webhooks"].values()))
    return _content(first["post"]["requestBody"], document)


def problem_rows(document: Mapping[str, Any]) -> list[FieldRow]:
    """What a refusal looks like."""
    return list(_rows({"$ref": "#/components/schemas/Problem"}, document, "", 0))


def _asked(told: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[FieldRow]:
    schema = _plain(told["schema"], document)
    yield FieldRow(told["name"], _kind(schema, document), told["required"], told["schema"].get("description", ""))


def _content(part: Mapping[str, Any], document: Mapping[str, Any]) -> list[FieldRow]:
    return [row for content in part.get("content", {}).values() for row in _rows(content["schema"], document, "", 0)]


def _rows(schema: Mapping[str, Any], document: Mapping[str, Any], before: str, depth: int) -> Iterator[FieldRow]:
    whole = _plain(schema, document)
    for name, told in whole.get("properties", {}).items():
        plain, path = _plain(told, document), before + name
        yield FieldRow(path, _kind(plain, document), name in whole.get("required", ()), told.get("description", ""))
        inner, mark = (plain.get("items", {}), "[].") if plain.get("type") == "array" else (plain, ".")
        if depth < DEEPEST:
            yield from _rows(inner, document, path + mark, depth + 1)


def _plain(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself: a reference followed, "or null" taken off."""
    if choices := [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]:
        schema = choices[0]
    if "$ref" in schema:
        return _plain(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], document)
    return schema


def _kind(schema: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    word = FORMATS.get(schema.get("format", "")) or KINDS.get(schema.get("type", ""), "")
    if schema.get("type") == "array":
        inner = _plain(schema.get("items", {}), document)
        word = f"{KINDS.get(inner.get('type', ''), '')}{word}"
    for key, words in (("maxLength", "最多 {} 字"), ("maxItems", "最多 {} 项"), ("maximum", "最大 {}")):
        if key in schema and schema[key] < 2**53:
            word += "，" + words.format(schema[key])
    return word
