"""The menu stays within the platform's limits (DOC 90231)."""

from bot.menu import menu, menu_digest


def test_the_menu_is_within_the_limits() -> None:
    buttons = menu("https://guide.example.com")["button"]
    assert 1 <= len(buttons) <= 3
    for button in buttons:
        assert len(button["name"].encode()) <= 16
        for entry in button.get("sub_button", []):
            assert len(entry["name"].encode()) <= 40
        assert len(button.get("sub_button", [])) <= 5


def test_another_address_is_another_menu() -> None:
    assert menu_digest(menu("https://a.example")) != menu_digest(menu("https://b.example"))
    assert menu_digest(menu("https://a.example")) == menu_digest(menu("https://a.example"))
