"""The jar keeps what a browser in a top window would keep."""

from simulator.webview.cookies import CookieJar


def test_the_newest_value_wins_and_a_past_expiry_forgets() -> None:
    jar = CookieJar()
    jar.keep(["a=1; Path=/; HttpOnly; Secure; SameSite=Lax", "b=x=y; Path=/"], "/")
    jar.keep(["a=2; Path=/"], "/")
    assert jar.header("/any", "") == "b=x=y; a=2"
    jar.keep(["a=; Path=/; Max-Age=0", "b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "/")
    assert jar.header("/any", "") == ""


def test_a_cookie_goes_only_to_its_path() -> None:
    jar = CookieJar()
    jar.keep(["deep=1; Path=/sidebar", "wide=2; Path=/", "own=3"], "/hq/login")
    assert jar.header("/sidebar/x", "") == "deep=1; wide=2"
    assert jar.header("/sidebarred", "") == "wide=2"
    assert jar.header("/hq/tasks", "") == "own=3; wide=2"


def test_what_a_script_set_in_the_browser_comes_along_but_never_replaces_ours() -> None:
    jar = CookieJar()
    jar.keep(["session=real; Path=/"], "/")
    assert jar.header("/", "session=fake; theme=dark") == "session=real; theme=dark"


def test_broken_headers_are_passed_over() -> None:
    jar = CookieJar()
    jar.keep(["", "nothing", "=x", "a=1; Max-Age=soon; Path=relative", "b=2; Expires=whenever"], "/")
    assert jar.header("/", "") == "a=1; b=2"
