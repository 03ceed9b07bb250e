"""Which host is whose webview, and how addresses map both ways."""

import pytest

from simulator.webview.addresses import Places, take_tab, userid_of, with_args, with_tab

PLACES = Places("http://lixiaomei.webview.localhost:8100", "http://127.0.0.1:8000", "https://guide.example.com")


@pytest.mark.parametrize(
    ("host", "userid"),
    [
        ("lixiaomei.webview.localhost:8100", "lixiaomei"),
        ("hq_wangmin.webview.localhost", "hq_wangmin"),
        ("zhang.san-1.webview.localhost:1", "zhang.san-1"),
        ("127.0.0.1:8100", None),
        ("webview.localhost", None),
        ("lixiaomei.webview.localhost.evil.test", None),
    ],
)
def test_a_webview_host_names_its_member(host: str, userid: str | None) -> None:
    assert userid_of(host) == userid


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://127.0.0.1:8000/sidebar/?a=1#b", "/sidebar/?a=1#b"),
        ("https://guide.example.com", "/"),
        ("/sidebar/", "/sidebar/"),
        ("next?page=2", "next?page=2"),
        ("https://elsewhere.test/x", "https://elsewhere.test/x"),
        ("https://open.weixin.qq.com/connect/oauth2/authorize?appid=1#wechat_redirect", "/__webview__/authorize?appid=1"),
        ("http://127.0.0.1:80001/x", "http://127.0.0.1:80001/x"),
    ],
)
def test_where_the_product_sends_the_browser_stays_in_the_webview(url: str, inside: str) -> None:
    assert PLACES.outward(url) == inside


def test_the_product_reads_its_own_address_where_the_page_wrote_the_webviews() -> None:
    assert PLACES.inward("url=http%3A%2F%2Flixiaomei.webview.localhost%3A8100%2Fa&b=1") == (
        "url=https%3A%2F%2Fguide.example.com%2Fa&b=1"
    )
    assert PLACES.inward('{"url": "http://lixiaomei.webview.localhost:8100/a"}') == '{"url": "https://guide.example.com/a"}'
    assert PLACES.inward("nothing of ours") == "nothing of ours"


def test_the_tab_mark_comes_and_goes_without_touching_the_rest() -> None:
    marked = with_tab("/sidebar/?q=%E9%99%88&x=", "abc")
    assert marked == "/sidebar/?q=%E9%99%88&x=&__webview_tab=abc"
    assert take_tab(marked.partition("?")[2]) == ("abc", "q=%E9%99%88&x=")
    assert take_tab("q=1") == ("", "q=1")
    assert with_tab("/a", "") == "/a"


def test_arguments_replace_those_of_the_same_name() -> None:
    assert with_args("/a?as=boss&x=1", **{"as": "lixiaomei"}) == "/a?x=1&as=lixiaomei"
