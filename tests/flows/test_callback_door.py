"""The callback's door: what is the platform's is kept before it is answered, everything else is refused and leaves no trace."""

import base64
import os
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from sqlalchemy import select, text
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bot.models import InboundEvent
from foundation import clock
from foundation.db import transaction
from tests.builders.bot import deliver, envelope, event_xml, sealed, text_xml

Made = tuple[dict[str, str], bytes]
ADD = ("change_external_contact", "add_external_contact")


def kept() -> list[InboundEvent]:
    with transaction() as session:
        return list(session.scalars(select(InboundEvent).order_by(InboundEvent.id)))


def refused() -> float:
    return sum(
        sample.value for metric in REGISTRY.collect() if metric.name == "guidedesk_refused_envelopes"
        for sample in metric.samples if sample.name.endswith("_total")
    )  # fmt: skip


def add_xml(**fields: str) -> str:
    return event_xml(*ADD, UserID="lixiaomei", ExternalUserID="wmAAA", **fields)


@pytest.mark.parametrize("receiver", ["app", "contacts"])
def test_the_address_check_gets_its_echo_exactly(client: FlaskClient, receiver: str) -> None:
    seal = envelope(receiver)
    echo = seal.encrypt(b"1616140317555161061", os.urandom(16))
    arguments = {"msg_signature": seal.sign("1", "n+/=", echo), "timestamp": "1", "nonce": "n+/=", "echostr": echo}
    answer = client.get(f"/wecom/callback/{receiver}", query_string=arguments)
    assert (answer.status_code, answer.data) == (200, b"1616140317555161061")
    assert client.get(f"/wecom/callback/{receiver}", query_string={**arguments, "timestamp": "2"}).status_code == 403
    assert client.get(f"/wecom/callback/{receiver}").status_code == 400


def test_an_event_is_kept_when_it_is_answered(client: FlaskClient) -> None:
    answer = deliver(client, add_xml(State="s", WelcomeCode="CODE"))
    assert (answer.status_code, answer.data) == (200, b"")
    [event] = kept()
    assert (event.receiver, event.event, event.change_type, event.lane) == ("app", *ADD, 0)
    assert event.body["ExternalUserID"] == "wmAAA"


def test_four_deliveries_are_one_event(client: FlaskClient) -> None:
    xml = add_xml()
    assert {deliver(client, xml).status_code for _ in range(4)} == {200}
    assert len(kept()) == 1


def test_two_customers_added_in_one_second_are_two_events(client: FlaskClient) -> None:
    at = clock.now()
    for number in range(20):
        deliver(client, event_xml(*ADD, at=at, UserID="lixiaomei", ExternalUserID=f"wm{number}"))
    assert len(kept()) == 20


def test_unknown_types_missing_and_extra_fields_are_kept(client: FlaskClient) -> None:
    assert deliver(client, event_xml("brand_new_event", "odd", Nested=[("A", "1"), ("B", [("C", "2")])])).status_code == 200
    assert deliver(client, "<xml><Anything>1</Anything></xml>").status_code == 200
    assert [(event.event, event.change_type) for event in kept()] == [("brand_new_event", "odd"), ("message", "")]


def test_a_long_name_emoji_and_markup_are_kept_whole(client: FlaskClient) -> None:
    name = "<script>alert(1)</script>😀👩‍👧\u202e" + "王" * 10_000
    assert deliver(client, add_xml(Name=name)).status_code == 200
    assert kept()[0].body["Name"] == name


def test_a_name_xml_cannot_hold_does_not_lose_the_event(client: FlaskClient) -> None:
    xml = add_xml(Name="a-b-c").replace("a-b-c", "a\0b\x08c").encode()
    assert deliver(client, xml.replace(b"wmAAA", b"wm\xff")).status_code == 200
    assert kept()[0].body["Name"] == "a\ufffdb\ufffdc"
    assert kept()[0].body["ExternalUserID"] == "wm\ufffd"


def test_an_old_event_is_kept(client: FlaskClient) -> None:
    yesterday = clock.now() - timedelta(days=1)
    assert deliver(client, event_xml(*ADD, at=yesterday, UserID="a", ExternalUserID="wm")).status_code == 200
    assert len(kept()) == 1


def wrong_signature() -> Made:
    arguments, body = sealed(add_xml())
    return {**arguments, "msg_signature": "0" * 40}, body


def signature_of_letters() -> Made:
    arguments, body = sealed(add_xml())
    return {**arguments, "msg_signature": "签名" * 20}, body


def another_corp() -> Made:
    return sealed(add_xml(), corp_id="ww0000000000000000")


def another_receivers_key() -> Made:
    return sealed(add_xml(), "contacts")


def no_arguments() -> Made:
    return {}, sealed(add_xml())[1]


def not_xml() -> Made:
    return sealed(add_xml())[0], b"hello"


def no_body() -> Made:
    return sealed(add_xml())[0], b""


def not_utf8() -> Made:
    return sealed(add_xml())[0], b"\xff\xfe<xml><Encrypt>\xff</Encrypt></xml>"


def bad_base64() -> Made:
    return signed("!!!not base64!!!")


def short_cipher() -> Made:
    return signed(base64.b64encode(b"abc").decode())


def noise() -> Made:
    return signed(base64.b64encode(os.urandom(64)).decode())


def two_encrypts() -> Made:
    arguments, body = sealed(add_xml())
    return arguments, body.replace(b"<xml>", b"<xml><Encrypt>QUJD</Encrypt>", 1)


def outer_entities() -> Made:
    arguments, body = sealed(add_xml())
    return arguments, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + body.replace(b"<Encrypt>", b"<Encrypt>&e;")


def inner_entities() -> Made:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    return sealed(f'<!DOCTYPE x [<!ENTITY e0 "ha">{bomb}]><xml><Event>&e8;</Event></xml>')


def inner_depth() -> Made:
    return sealed("<xml>" + "<a>" * 5_000 + "</a>" * 5_000 + "</xml>")


def inner_not_xml() -> Made:
    return sealed("not xml at all")


def signed(encrypted: str) -> Made:
    arguments = {"msg_signature": envelope().sign("1", "n", encrypted), "timestamp": "1", "nonce": "n"}
    return arguments, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()


REFUSED: list[Callable[[], Made]] = [
    wrong_signature, signature_of_letters, another_corp, another_receivers_key, no_arguments, not_xml, no_body, not_utf8,
    bad_base64, short_cipher, noise, two_encrypts, outer_entities, inner_entities, inner_depth, inner_not_xml,
]  # fmt: skip


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_is_not_the_platforms_is_refused_fast_and_leaves_no_trace(client: FlaskClient, make: Callable[[], Made]) -> None:
    client.get("/healthz")
    arguments, body = make()
    before, began = refused(), time.thread_time()
    answer = client.post("/wecom/callback/app", query_string=arguments, data=body)
    assert answer.status_code in {400, 403}
    assert time.thread_time() - began < 0.05, "by our own CPU time: the machine of a test is shared"
    assert refused() == before + 1
    assert kept() == []


def test_a_body_over_64_kib_is_refused_by_its_length_and_by_its_weight(client: FlaskClient) -> None:
    arguments, _ = sealed(add_xml())
    big = b"<xml><Encrypt>" + b"A" * 70_000 + b"</Encrypt></xml>"
    assert client.post("/wecom/callback/app", query_string=arguments, data=big).status_code == 413
    environ = EnvironBuilder("/wecom/callback/app", method="POST", query_string=arguments).get_environ()
    body = _Stream(20 * 1024 * 1024)
    environ |= {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    _, status, _ = run_wsgi_app(client.application, environ, buffered=True)
    assert status.startswith("413")
    assert body.left > 19 * 1024 * 1024, "it is not read to its end"
    assert kept() == []


class _Stream:
    """A body without a length that counts what was read of it."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "read without a limit"
        give = min(size, self.left)
        self.left -= give
        return b"A" * give

    def readinto(self, buffer: bytearray) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def test_an_unknown_receiver_has_no_door(client: FlaskClient) -> None:
    arguments, body = sealed(add_xml())
    assert client.post("/wecom/callback/another", query_string=arguments, data=body).status_code in {404, 405}


def test_without_the_table_the_answer_is_503_so_that_the_event_comes_again(client: FlaskClient) -> None:
    with transaction() as session:
        session.execute(text("LOCK TABLE inbound_event IN ACCESS EXCLUSIVE MODE"))
        began = time.perf_counter()
        assert deliver(client, add_xml()).status_code == 503
        assert time.perf_counter() - began < 4.9
    assert deliver(client, add_xml()).status_code == 200


def test_a_members_text_is_kept_with_its_number(client: FlaskClient) -> None:
    deliver(client, text_xml("lixiaomei", "榜单", 1234567890123456))
    [event] = kept()
    assert (event.event, event.change_type, event.body["MsgId"]) == ("message", "text", "1234567890123456")


def test_a_contacts_event_comes_by_its_own_door(client: FlaskClient) -> None:
    xml = event_xml("change_contact", "create_user", UserID="zhouting", Department="2")
    assert deliver(client, xml, "app").status_code == 200
    assert deliver(client, xml, "contacts").status_code == 200
    assert [event.receiver for event in kept()] == ["app", "contacts"]
