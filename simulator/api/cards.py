"""Is a template card acceptable? Field by field, each with its own errcode (DOC 90236)."""

import re
from collections.abc import Mapping
from typing import Any

from simulator.api.call import Call, boolean, integer, mapping, mappings
from simulator.errors import ApiError, wrong_json

CALLBACK_TYPES = frozenset({"button_interaction", "vote_interaction", "multiple_interaction"})
NOTICE_TYPES = frozenset({"text_notice", "news_notice"})
TASK_ID = re.compile(r"[0-9a-zA-Z_\-@]{1,128}")


class CardCheck:
    """Checks one card; every method raises ApiError at the first thing the platform would refuse."""

    def __init__(self, call: Call, card: Mapping[str, Any], updating: bool = False) -> None:
        self.call = call
        self.card = card
        self.updating = updating
        self.type = str(card.get("card_type", ""))

    def run(self) -> None:
        if self.type not in CALLBACK_TYPES | NOTICE_TYPES:
            raise ApiError(42031)
        self.words(self.card, "replace_text", 0, 40058)
        self._task_id()
        self._heading()
        self._menu()
        self._rows()
        self._action()
        own = {
            "text_notice": self._text_notice, "news_notice": self._news_notice, "button_interaction": self._buttons,
            "vote_interaction": self._vote, "multiple_interaction": self._selects,
        }  # fmt: skip
        own[self.type]()

    def words(self, where: Mapping[str, Any], key: str, most: int, code: int, required: bool = False) -> str:
        """A short text; over-long is refused unless the simulator was told to let it be cut."""
        value = where.get(key)
        if value is None or value == "":
            if required:
                raise ApiError(code)
            return ""
        if not isinstance(value, str):
            raise wrong_json()
        if most and len(value) > most and self.call.world.limits.strict_text:
            raise ApiError(code, f"{key} is longer than {most} characters")
        return value

    def _task_id(self) -> None:
        needed = (self.type in CALLBACK_TYPES or bool(self.card.get("action_menu"))) and not self.updating
        task_id = self.card.get("task_id") or ""
        if not task_id and not needed:
            return
        if not isinstance(task_id, str) or not TASK_ID.fullmatch(task_id):
            raise ApiError(42014)

    def _heading(self) -> None:
        source, title = mapping(self.card, "source"), mapping(self.card, "main_title")
        self.words(source, "desc", 20, 40058)
        if integer(source, "desc_color") not in range(4):
            raise ApiError(40058)
        vote = self.type == "vote_interaction"
        self.words(title, "title", 16 if vote else 36, 42033, required=self.type != "text_notice")
        self.words(title, "desc", 160 if vote else 44, 40058)
        if self.type == "text_notice" and not title.get("title") and not self.card.get("sub_title_text"):
            raise ApiError(42033)
        self.words(self.card, "sub_title_text", 160, 40058)
        quote = mapping(self.card, "quote_area")
        self._target(quote, self._kind(quote, 2))
        self.words(quote, "title", 0, 40058)
        self.words(quote, "quote_text", 0, 40058)

    def _menu(self) -> None:
        menu = mapping(self.card, "action_menu")
        if not menu:
            return
        actions = mappings(menu, "action_list")
        if not 1 <= len(actions) <= 3:
            raise ApiError(42047)
        for action in actions:
            self.words(action, "text", 0, 42038, required=True)
            self._key(action, 42039)
        if len({action["key"] for action in actions}) < len(actions):
            raise ApiError(42051)

    def _rows(self) -> None:
        rows = mappings(self.card, "horizontal_content_list")
        if len(rows) > 6:
            raise ApiError(42035)
        for row in rows:
            self.words(row, "keyname", 5, 42027, required=True)
            self.words(row, "value", 30, 40058)
            kind = self._kind(row, 3)
            if kind == 1:
                self._url(row)
            elif kind == 2 and not self.call.state.files.find_alive(str(row.get("media_id")), self.call.world.now):
                raise ApiError(42029)
            elif kind == 3 and self.call.world.member(str(row.get("userid"))) is None:
                raise ApiError(42050)
        jumps = mappings(self.card, "jump_list")
        if len(jumps) > 3:
            raise ApiError(42042)
        for jump in jumps:
            self.words(jump, "title", 18, 42033, required=True)
            self._target(jump, self._kind(jump, 2))

    def _action(self) -> None:
        action = mapping(self.card, "card_action")
        kind = integer(action, "type")
        if kind not in ((1, 2) if self.type in NOTICE_TYPES else (0, 1, 2)):
            raise ApiError(42045)
        self._target(action, kind)

    def _text_notice(self) -> None:
        emphasis = mapping(self.card, "emphasis_content")
        self.words(emphasis, "title", 14, 42033)
        self.words(emphasis, "desc", 22, 40058)

    def _news_notice(self) -> None:
        image, area = mapping(self.card, "card_image"), mapping(self.card, "image_text_area")
        if not image and not area:
            raise ApiError(42044)
        if (image and not self._is_url(image.get("url"))) or (area and not self._is_url(area.get("image_url"))):
            raise ApiError(42044)
        self._target(area, self._kind(area, 2))
        ratio = image.get("aspect_ratio", 1.3)
        if isinstance(ratio, bool) or not isinstance(ratio, int | float):
            raise wrong_json()
        if not 1.3 <= ratio <= 2.25:
            raise ApiError(40058)
        rows = mappings(self.card, "vertical_content_list")
        if len(rows) > 4:
            raise ApiError(42036)
        for row in rows:
            self.words(row, "title", 38, 42033, required=True)
            self.words(row, "desc", 160, 40058)

    def _buttons(self) -> None:
        buttons = mappings(self.card, "button_list")
        if not 1 <= len(buttons) <= 6:
            raise ApiError(42037)
        for button in buttons:
            self.words(button, "text", 10, 42038, required=True)
            if self._kind(button, 1) == 1:
                self._url(button)
            else:
                self._key(button, 42039)
            if integer(button, "style", 1) not in range(1, 5):
                raise ApiError(40058)
        selection = mapping(self.card, "button_selection")
        if selection:
            self._question(selection, 10, 0)

    def _vote(self) -> None:
        checkbox = mapping(self.card, "checkbox")
        self._question(checkbox, 20, 17)
        if integer(checkbox, "mode") not in (0, 1):
            raise ApiError(40058)
        self._submit()

    def _selects(self) -> None:
        selects = mappings(self.card, "select_list")
        if not 1 <= len(selects) <= 3:
            raise ApiError(42047)
        for select in selects:
            self._question(select, 10, 0)
        if len({select["question_key"] for select in selects}) < len(selects):
            raise ApiError(42043)
        self._submit()

    def _question(self, question: Mapping[str, Any], most: int, text_most: int) -> None:
        self._key(question, 42043, "question_key")
        self.words(question, "title", 0, 42033)
        boolean(question, "disable", False)
        options = mappings(question, "option_list")
        if not 1 <= len(options) <= most:
            raise ApiError(42047)
        for option in options:
            self._key(option, 42040, "id", 128)
            self.words(option, "text", text_most or 16, 42041, required=True)
            boolean(option, "is_checked", False)
        chosen = self.words(question, "selected_id", 0, 42040)
        if chosen and chosen not in [option["id"] for option in options]:
            raise ApiError(42040)

    def _submit(self) -> None:
        submit = mapping(self.card, "submit_button")
        if not submit and self.updating:
            return
        self._key(submit, 42046)
        self.words(submit, "text", 10, 42049, required=True)

    def _key(self, where: Mapping[str, Any], code: int, name: str = "key", most: int = 1024) -> None:
        value = where.get(name)
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= most:
            raise ApiError(code)

    def _target(self, where: Mapping[str, Any], kind: int) -> None:
        if kind == 1:
            self._url(where)
        elif kind == 2 and not (where.get("appid") and isinstance(where["appid"], str)):
            raise ApiError(42030)

    @staticmethod
    def _kind(where: Mapping[str, Any], most: int) -> int:
        """The `type` of a block, from 0 to `most`."""
        kind = integer(where, "type")
        if kind not in range(most + 1):
            raise ApiError(40058)
        return kind

    def _url(self, where: Mapping[str, Any]) -> None:
        if not self._is_url(where.get("url")):
            raise ApiError(42028)

    @staticmethod
    def _is_url(value: Any) -> bool:
        return isinstance(value, str) and value.startswith(("http://", "https://")) and len(value.encode()) <= 2048


def answers_back(card: Mapping[str, Any]) -> bool:
    """Does pressing something on this card cause a callback (so that it gets a response_code)?"""
    return card.get("card_type") in CALLBACK_TYPES or bool(card.get("action_menu"))
