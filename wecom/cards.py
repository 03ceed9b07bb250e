"""Payloads people see: template cards (DOC 90236), texts, and the change of a card after a click (DOC 94888).

Texts longer than the platform shows are cut here; lists that are too long or keys it would refuse raise ValueError: they
are our own mistakes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from foundation.db import Json
from foundation.text import cut, cut_bytes

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
Row = tuple[str, str] | tuple[str, str, str]
Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Button:
    """`key` calls us back when clicked; with `url` it opens a page instead. style 1 blue, 2 grey, 3 red, 4 light blue."""

    text: str
    key: str = ""
    url: str = ""
    style: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with options (id, text), one of which may be chosen beforehand."""

    key: str
    title: str
    options: Sequence[tuple[str, str]]
    selected: str = ""


def _most(items: Sequence[Any], limit: int, what: str, least: int = 0) -> Sequence[Any]:
    if not least <= len(items) <= limit:
        raise ValueError(f"a card takes {least} to {limit} {what}, not {len(items)}")
    return items


def _key(key: str, limit: int = 1024) -> str:
    if not 1 <= len(key.encode()) <= limit:
        raise ValueError(f"a key has 1 to {limit} bytes")
    return key


def _task_id(task_id: str) -> str:
    if not TASK_ID.fullmatch(task_id):
        raise ValueError("a task_id has 1 to 128 of 0-9 A-Z a-z _ - @")
    return task_id


def _rows(rows: Sequence[Row]) -> list[Json]:
    made = []
    for name, value, *url in _most(rows, 6, "rows"):
        row: Json = {"keyname": cut(name, 5), "value": cut(value, 30)}
        made.append({**row, "type": 1, "url": url[0]} if url else row)
    return made


def _jumps(links: Sequence[Link]) -> list[Json]:
    return [{"type": 1, "title": cut(title, 18), "url": url} for title, url in _most(links, 3, "links")]


def _question(choice: Choice, text_limit: int) -> Json:
    options = [{"id": _key(key, 128), "text": cut(text, text_limit)} for key, text in _most(choice.options, 10, "options", 1)]
    made: Json = {"question_key": _key(choice.key), "title": cut(choice.title, 16), "option_list": options}
    return {**made, "selected_id": choice.selected} if choice.selected else made


def _card(card_type: str, title: str, desc: str, source: str, **parts: Any) -> Json:
    card: Json = {"card_type": card_type, "main_title": {"title": cut(title, 36), "desc": cut(desc, 44)}}
    if source:
        card["source"] = {"desc": cut(source, 20), "desc_color": 1}
    return card | {name: part for name, part in parts.items() if part}


def _opens(url: str) -> Json:
    return {"type": 1, "url": url}


def text_notice(
    title: str,
    url: str,
    *,
    desc: str = "",
    emphasis: tuple[str, str] | None = None,
    text: str = "",
    rows: Sequence[Row] = (),
    links: Sequence[Link] = (),
    quote: tuple[str, str] | None = None,
    source: str = "",
) -> Json:
    """A notice that opens `url`. `emphasis` is (big text, small text); a row is (name, value) or (name, value, url)."""
    return _card(
        "text_notice",
        title,
        desc,
        source,
        emphasis_content=emphasis and {"title": cut(emphasis[0], 14), "desc": cut(emphasis[1], 22)},
        quote_area=quote and {"type": 0, "title": cut(quote[0], 36), "quote_text": cut(quote[1], 160)},
        sub_title_text=cut(text, 160),
        horizontal_content_list=_rows(rows),
        jump_list=_jumps(links),
        card_action=_opens(url),
    )


def news_notice(
    title: str,
    url: str,
    image_url: str,
    *,
    desc: str = "",
    paragraphs: Sequence[tuple[str, str]] = (),
    rows: Sequence[Row] = (),
    links: Sequence[Link] = (),
    source: str = "",
    aspect_ratio: float = 1.3,
) -> Json:
    """A notice with a picture (width : height from 1.3 to 2.25) and up to 4 (title, text) paragraphs."""
    if not 1.3 <= aspect_ratio <= 2.25:
        raise ValueError("a card's picture is 1.3 to 2.25 times as wide as high")
    return _card(
        "news_notice",
        title,
        desc,
        source,
        card_image={"url": image_url, "aspect_ratio": aspect_ratio},
        vertical_content_list=[{"title": cut(a, 38), "desc": cut(b, 160)} for a, b in _most(paragraphs, 4, "paragraphs")],
        horizontal_content_list=_rows(rows),
        jump_list=_jumps(links),
        card_action=_opens(url),
    )


def _button(button: Button) -> Json:
    made: Json = {"text": cut(button.text, 10), "style": button.style}
    return made | ({"type": 1, "url": button.url} if button.url else {"type": 0, "key": _key(button.key)})


def button_card(
    title: str,
    task_id: str,
    buttons: Sequence[Button],
    *,
    desc: str = "",
    text: str = "",
    rows: Sequence[Row] = (),
    url: str = "",
    choice: Choice | None = None,
    source: str = "",
) -> Json:
    """A card with 1 to 6 buttons. `task_id` is ours and unique per card; it comes back with every click."""
    return _card(
        "button_interaction",
        title,
        desc,
        source,
        sub_title_text=cut(text, 160),
        horizontal_content_list=_rows(rows),
        card_action=_opens(url) if url else {"type": 0},
        task_id=_task_id(task_id),
        button_selection=choice and _question(choice, 16),
        button_list=[_button(button) for button in _most(buttons, 6, "buttons", 1)],
    )


def multiple_card(
    title: str, task_id: str, questions: Sequence[Choice], submit: tuple[str, str], *, desc: str = "", source: str = ""
) -> Json:
    """A card with 1 to 3 questions and one submit button, (text, key)."""
    return _card(
        "multiple_interaction",
        title,
        desc,
        source,
        task_id=_task_id(task_id),
        select_list=[_question(question, 16) for question in _most(questions, 3, "questions", 1)],
        submit_button={"text": cut(submit[0], 10), "key": _key(submit[1])},
    )


def to_member(userid: str, card: Json) -> Json:
    """message/send of a card to one member."""
    return {"touser": userid, "msgtype": "template_card", "template_card": card}


def text_to(userid: str, content: str) -> Json:
    """message/send of a text, cut to the platform's 2,048 bytes."""
    return {"touser": userid, "msgtype": "text", "text": {"content": cut_bytes(content, 2048)}}


def textcard_to(userid: str, title: str, description: str, url: str, button: str = "详情") -> Json:
    """message/send of a text card that opens `url`."""
    card = {"title": cut(title, 128), "description": cut(description or title, 512), "url": url, "btntxt": cut(button, 4)}
    return {"touser": userid, "msgtype": "textcard", "textcard": card}


def replaced_button(userids: Sequence[str], response_code: str, text: str) -> Json:
    """message/update_template_card: the buttons of a clicked card become one grey `text`."""
    return {"userids": list(userids), "response_code": response_code, "button": {"replace_name": cut(text, 10)}}


def replaced_card(userids: Sequence[str], response_code: str, card: Json, text: str = "") -> Json:
    """message/update_template_card: the whole card becomes another one; `text` stands in place of its buttons."""
    changed = {name: part for name, part in card.items() if name != "task_id"}
    if text:
        changed["replace_text"] = cut(text, 10)
    return {"userids": list(userids), "response_code": response_code, "template_card": changed}
