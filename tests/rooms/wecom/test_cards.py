"""Cards keep to the documented limits whatever text they are given."""

import pytest

from wecom import cards
from wecom.reasons import REASONS, reason


def test_long_texts_are_cut_where_the_platform_would_refuse_them() -> None:
    card = cards.text_notice(
        "标" * 99, "http://g/", desc="述" * 99, emphasis=("1" * 99, "字" * 99), text="文" * 999,
        rows=[("名字很长很长", "值" * 99, "http://g/1")],
        links=[("跳" * 99, "http://g/2")], source="来" * 99,
    )  # fmt: skip
    assert len(card["main_title"]["title"]) == 36
    assert len(card["main_title"]["desc"]) == 44
    assert len(card["emphasis_content"]["title"]) == 14
    assert len(card["sub_title_text"]) == 160
    assert len(card["horizontal_content_list"][0]["keyname"]) == 5
    assert card["horizontal_content_list"][0]["type"] == 1
    assert len(card["jump_list"][0]["title"]) == 18
    assert len(card["source"]["desc"]) == 20


def test_a_button_calls_back_or_opens_a_page() -> None:
    card = cards.button_card(
        "任务", "task-1-2", [cards.Button("完成", "done:9"), cards.Button("打开", url="http://g/9", style=2)]
    )
    assert card["button_list"] == [
        {"text": "完成", "style": 1, "type": 0, "key": "done:9"},
        {"text": "打开", "style": 2, "type": 1, "url": "http://g/9"},
    ]
    assert card["card_action"] == {"type": 0}
    assert card["task_id"] == "task-1-2"


@pytest.mark.parametrize(
    "make",
    [
        lambda: cards.button_card("t", "bad id", [cards.Button("a", "k")]),
        lambda: cards.button_card("t", "t1", []),
        lambda: cards.button_card("t", "t1", [cards.Button("a", "k")] * 7),
        lambda: cards.button_card("t", "t1", [cards.Button("a")]),
        lambda: cards.text_notice("t", "http://g/", rows=[("a", "b")] * 7),
        lambda: cards.text_notice("t", "http://g/", links=[("a", "b")] * 4),
        lambda: cards.news_notice("t", "http://g/", "http://g/p", aspect_ratio=1.0),
        lambda: cards.multiple_card("t", "t1", [], ("提交", "k")),
    ],
)
def test_our_own_mistakes_are_told_at_once(make: object) -> None:
    with pytest.raises(ValueError):
        make()  # type: ignore[operator]


def test_a_choice_and_questions_have_the_documented_shape() -> None:
    choice = cards.Choice("q", "结果", [("a", "已接待"), ("b", "转交")], "a")
    card = cards.multiple_card("跟进", "follow_1", [choice], ("提交", "go"), desc="李女士")
    assert card["select_list"][0] == {
        "question_key": "q", "title": "结果", "selected_id": "a",
        "option_list": [{"id": "a", "text": "已接待"}, {"id": "b", "text": "转交"}],
    }  # fmt: skip
    assert card["submit_button"] == {"text": "提交", "key": "go"}


def test_messages_and_card_changes_have_the_documented_shape() -> None:
    assert cards.to_member("ai", {"card_type": "x"}) == {
        "touser": "ai",
        "msgtype": "template_card",
        "template_card": {"card_type": "x"},
    }
    assert len(cards.text_to("ai", "字" * 2000)["text"]["content"].encode()) <= 2048
    assert cards.textcard_to("ai", "标题", "", "http://g/")["textcard"]["description"] == "标题"
    assert cards.replaced_button(["ai"], "RC", "已完成") == {
        "userids": ["ai"],
        "response_code": "RC",
        "button": {"replace_name": "已完成"},
    }
    changed = cards.replaced_card(["ai"], "RC", {"card_type": "button_interaction", "task_id": "t"}, "已完成")
    assert changed["template_card"] == {"card_type": "button_interaction", "replace_text": "已完成"}


@pytest.mark.parametrize("number", [60020, 48002, 48009, 40014, 45009, 84061, 60111, 40096, 40001, 45033])
def test_reasons_are_chinese_and_say_what_to_do(number: int) -> None:
    assert any("\u4e00" <= letter <= "\u9fff" for letter in REASONS[number])


def test_an_unknown_code_is_told_by_number() -> None:
    assert "123456" in reason(123456)
    assert "42035" in reason(42035)
