"""Pages get the bridge first and keep everything else."""

import pytest

from simulator.webview.addresses import Places
from simulator.webview.markup import bridge_tag, framed_csp, inject, relink

PLACES = Places("http://a.webview.localhost:8100", "http://127.0.0.1:8000", "http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("page", "changed"),
    [
        (b"<!doctype html><html><head lang=a><title>x</title>", b"<!doctype html><html><head lang=a>TAG<title>x</title>"),
        (b"<!DOCTYPE HTML><html lang=zh><body>x", b"<!DOCTYPE HTML><html lang=zh>TAG<body>x"),
        (b"<!doctype html><p>x", b"<!doctype html>TAG<p>x"),
        (b"<header>not a head</header><p>part", b"<header>not a head</header><p>part"),
        (b"", b""),
    ],
)
def test_the_bridge_is_the_first_thing_in_a_document_and_in_nothing_else(page: bytes, changed: bytes) -> None:
    assert inject(page, "TAG") == changed


def test_the_script_carries_the_pages_nonce_and_harms_no_markup() -> None:
    tag = bridge_tag("t1", 'odd "agent"', "script-src 'nonce-aB3+/=' 'strict-dynamic'")
    assert 'nonce="aB3+/="' in tag
    assert "odd &quot;agent&quot;" in tag
    assert "nonce" not in bridge_tag("", "agent", "script-src 'self'")


def test_links_stay_inside_but_addresses_meant_for_others_do_not_change() -> None:
    page = b"""<a href="http://127.0.0.1:8000/x"><img src='http://127.0.0.1:8000'><form hx-post="http://127.0.0.1:8000/p">
<i data-link="http://127.0.0.1:8000/share"><a href="http://127.0.0.1:80001/y">http://127.0.0.1:8000/text
<a href="http://127.0.0.1:8100/connect/oauth2/authorize?appid=1">"""
    assert (
        relink(page, PLACES)
        == b"""<a href="/x"><img src='/'><form hx-post="/p">
<i data-link="http://127.0.0.1:8000/share"><a href="http://127.0.0.1:80001/y">http://127.0.0.1:8000/text
<a href="/__webview__/authorize?appid=1">"""
    )


def test_the_policy_loses_frame_ancestors_only() -> None:
    csp = "default-src 'self'; frame-ancestors 'none'; img-src http://127.0.0.1:8000 data:;"
    assert framed_csp(csp, PLACES) == "default-src 'self'; img-src http://a.webview.localhost:8100 data:"
