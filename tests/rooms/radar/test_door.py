"""Short addresses through the front door: led on, kept, counted once; machines, our own people and echoes are no readers."""

import threading
from datetime import timedelta

import psycopg
import pytest
import time_machine
from sqlalchemy import select, text

from app import create_app
from content_library import link_visits
from content_library.link_models import LinkVisit, Reader
from content_library.link_rules import is_person
from content_library.models import ItemKind
from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from tests.builders.links import make_link, make_link_item
from tests.builders.sop import make_brand, make_follow

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49 NetType/WIFI"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; V2307A) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 XWEB/1160 MicroMessenger/8.0.50"
)


@pytest.fixture
def brand(database: None):
    with transaction() as session:
        return make_brand(session)


@pytest.fixture
def app(database: None):
    return create_app(testing=True)


@pytest.fixture
def made(brand):
    """(code of a link to one customer, code of a link to many)."""
    with transaction() as session:
        item = make_link_item(session, brand.headquarters)
        follow = make_follow(session, brand.ai, "wm1")
        one = make_link(session, item, brand.ai, customer_id=follow.customer_id)
        many = make_link(session, item, brand.ai)
        return one.code, many.code


def visits() -> list[LinkVisit]:
    with transaction() as session:
        return list(session.scalars(select(LinkVisit).order_by(LinkVisit.id)))


def go(client, code, agent=PHONE, **rest):
    return client.get(f"/r/{code}", headers={"User-Agent": agent, **rest.pop("headers", {})}, **rest)


def test_a_reader_is_led_on_and_kept_with_a_cookie_of_ours_and_no_referrer(app, made):
    answer = go(app.test_client(), made[0])
    assert answer.status_code == 302
    assert answer.location == "https://shop.example.com/down?id=7&%E9%A2%9C%E8%89%B2=%E9%9B%BE%E8%93%9D"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "Max-Age=31536000" in answer.headers["Set-Cookie"]
    (kept,) = visits()
    assert (kept.reader, kept.agent) == (Reader.HERS, PHONE)
    assert f"gdv={kept.visitor};" in answer.headers["Set-Cookie"]


def test_one_visitor_within_half_an_hour_is_one_visit_and_later_another(app, made):
    client = app.test_client()
    begun = clock.now()
    for minutes in (0, 20, 45, 80):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            go(client, made[0])
    kept = visits()
    assert [row.reader for row in kept] == [Reader.HERS, Reader.HERS]
    assert kept[0].last_at - kept[0].first_at == timedelta(minutes=45)


def test_whoever_comes_after_her_had_it_forwarded_and_a_link_to_many_knows_nobody(app, made):
    hers, friend = app.test_client(), app.test_client()
    go(hers, made[0])
    go(friend, made[0], agent=ANDROID)
    go(hers, made[1])
    assert [row.reader for row in visits()] == [Reader.HERS, Reader.FORWARDED, Reader.UNKNOWN]


def test_a_second_fetch_without_the_cookie_within_a_breath_is_the_same_visit_and_the_same_visitor(app, made):
    first, second = go(app.test_client(), made[0]), go(app.test_client(), made[0])
    assert len(visits()) == 1
    assert first.headers["Set-Cookie"] == second.headers["Set-Cookie"]
    go(app.test_client(), made[1])
    go(app.test_client(), made[1])
    assert len(visits()) == 3


@pytest.mark.parametrize(
    "agent",
    [
        "", "curl/8.4.0", "python-requests/2.34", "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search)",
        "Mozilla/5.0 (compatible; bingbot/2.0)", "Mozilla/5.0 AppleWebKit/537.36 HeadlessChrome/120", "okhttp/4.9",
        "facebookexternalhit/1.1", "Mozilla/5.0 (Linux; Android 7) wechatdevtools/1.06 MicroMessenger/8", "Sogou web spider/4.0",
        "Mozilla/5.0 (Windows NT 10.0) TencentSecurityCheck", "Mozilla/5.0 (compatible; Bytespider)", "Dalvik/2.1.0 (Linux) http",
    ],
)  # fmt: skip
def test_machines_are_no_readers(agent):
    assert not is_person("GET", {"HTTP_USER_AGENT": agent})


@pytest.mark.parametrize(
    "agent",
    [
        PHONE, ANDROID, "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 MicroMessenger/8.0.47",
        "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/107 MicroMessenger/7 WindowsWechat(0x63090819)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) MacWechat/3.8.4 wxwork/4.1",
    ],
)  # fmt: skip
def test_people_are_readers_but_not_when_their_browser_looks_ahead(agent):
    assert is_person("GET", {"HTTP_USER_AGENT": agent})
    assert not is_person("HEAD", {"HTTP_USER_AGENT": agent})
    assert not is_person("GET", {"HTTP_USER_AGENT": agent, "HTTP_SEC_PURPOSE": "prefetch;prerender"})


def test_bots_heads_prefetches_and_our_own_people_are_led_on_and_not_kept(app, made, brand):
    colleague = app.test_client()
    with colleague.session_transaction() as cookie:
        cookie["person_id"], cookie["epoch"] = brand.ai.id, brand.ai.epoch
    assert go(colleague, made[0]).status_code == 302
    assert go(app.test_client(), made[0], agent="Googlebot/2.1").status_code == 302
    assert go(app.test_client(), made[0], headers={"Purpose": "prefetch"}).status_code == 302
    assert app.test_client().head(f"/r/{made[0]}", headers={"User-Agent": PHONE}).status_code == 302
    assert visits() == []


@pytest.mark.parametrize("path", ["/r/AAAAAAAAAA", "/r/short", "/r/", "/r/..%2f..%2fx", "/r/https://evil.example"])
def test_nothing_but_the_table_decides_where_it_leads(app, made, path):
    assert app.test_client().get(path, headers={"User-Agent": PHONE}).status_code == 404


def test_a_forged_cookie_is_no_visitor(app, made):
    client = app.test_client()
    client.set_cookie("gdv", "x' OR 1=1 --", path="/r")
    assert go(client, made[0]).status_code == 302
    assert len(visits()[0].visitor) == 32


def test_a_coupon_has_a_page_of_ours_whose_time_is_counted_no_faster_than_the_clock(app, brand):
    with transaction() as session:
        item = make_link_item(session, brand.headquarters, kind=ItemKind.COUPON)
        code = make_link(session, item, brand.ai, customer_id=make_follow(session, brand.ai, "wm1").customer_id).code
    client = app.test_client()
    page = go(client, code)
    assert page.status_code == 200
    assert "满 800 元可用" in page.text
    assert "{" not in page.text.split("<main>")[1]
    assert client.get(f"/r/{code}/on").location.startswith("https://shop.example.com/")
    for said in (b"5", b"9999", b"-3", b"lots", b"1" * 200):
        assert client.post(f"/r/{code}/seen", data=said).status_code == 204
    assert app.test_client().post(f"/r/{code}/seen", data=b"5").status_code == 204
    (kept,) = visits()
    assert kept.seconds <= int((kept.last_at - kept.first_at).total_seconds())
    before = kept.seconds
    later = clock.now() + timedelta(seconds=12)
    with time_machine.travel(later, tick=False):
        client.post(f"/r/{code}/seen", data=b"5")
    assert visits()[0].seconds == before + 5


def test_of_many_who_come_at_once_one_is_her_and_every_answered_visit_is_a_row(app, made):
    answers = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(go(app.test_client(), made[0], agent=f"{PHONE} {n}").status_code))
        for n in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 24
    readers = [row.reader for row in visits()]
    assert (readers.count(Reader.HERS), readers.count(Reader.FORWARDED)) == (1, 23)


def test_a_broken_connection_is_replaced_and_a_visit_that_cannot_be_kept_is_asked_for_again(app, made):
    go(app.test_client(), made[0])
    with transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gd-radar'"))
    assert go(app.test_client(), made[0], agent=ANDROID).status_code == 302
    with transaction() as session:
        session.execute(text("LOCK TABLE link_visit IN ACCESS EXCLUSIVE MODE"))
        assert go(app.test_client(), made[0], agent=f"{ANDROID} 3").status_code == 503
    assert len(visits()) == 2


def test_a_flood_of_one_link_is_led_on_but_not_kept_without_end(app, made, monkeypatch):
    monkeypatch.setattr(link_visits, "MOST_TO_ONE", 3)
    monkeypatch.setattr(link_visits.time, "monotonic", lambda: 600.0)
    address = settings().database_url.replace("+psycopg", "", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        book, now = link_visits.VisitBook(connection), clock.now()
        came = [link_visits.Arrival(made[0], f"{n:032x}", True, True, f"{PHONE} {n}", now) for n in range(9)]
        landings = [book.keep([one])[0] for one in came]
        assert [one.kept for one in landings] == [True] * 3 + [False] * 6
        assert {one.target.url for one in landings} == {landings[0].target.url}
        assert len(visits()) == 3
        assert book.keep([link_visits.Arrival(made[1], "f" * 32, True, True, PHONE, now)])[0].kept
        monkeypatch.setattr(link_visits.time, "monotonic", lambda: 661.0)
        assert book.keep([came[-1]])[0].kept
