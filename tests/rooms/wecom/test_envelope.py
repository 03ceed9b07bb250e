"""Callback envelopes: the published vectors, wechatpy as a reference, and everything that must be refused."""

import base64
import random
import time
from urllib.parse import unquote

import pytest
from wechatpy.work.crypto import WeChatCrypto

from foundation.errors import BadEnvelope
from wecom.envelope import Envelope, encrypted_of, parse

KEY1 = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CORP1 = "wx5823bf96d3bd56c7"
V1 = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0q"
    "hxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun"
    "1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+"
    "/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)
SIGNATURE1 = "477715d11cdb4164915debcba66cb864d751f3e6"
ONE = Envelope("QDG6eK", KEY1, CORP1)
FOUR = Envelope("123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a")


def sealed(message: bytes, corp_id: str = CORP1) -> tuple[str, str, str, str]:
    """(signature, timestamp, nonce, encrypted) as the platform would send them."""
    encrypted = encrypted_of(Envelope("QDG6eK", KEY1, corp_id).seal(message, "1", "n").encode())
    return ONE._sign("1", "n", encrypted), "1", "n", encrypted


def test_the_official_message_opens() -> None:
    message = ONE.open(SIGNATURE1, "1409659813", "1372623149", V1)
    inside = parse(message)
    assert len(message) == 284
    assert inside == {
        "ToUserName": CORP1, "FromUserName": "mycreate", "CreateTime": "1409659813", "MsgType": "text",
        "Content": "hello", "MsgId": "4561255354251345929", "AgentID": "218",
    }  # fmt: skip


def test_swapped_token_and_nonce_give_the_same_signature() -> None:
    assert Envelope("1372623149", KEY1, CORP1).open(SIGNATURE1, "1409659813", "QDG6eK", V1)


@pytest.mark.parametrize(
    ("token", "signature", "timestamp", "nonce", "echostr", "echo"),
    [
        ("QDG6eK", "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
         "P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D",
         b"1616140317555161061"),
        ("1372623149", "6a27598fb5b01ee02684379a339fef6de65c83c2", "1629824456", "bqe3yfbqfc7",
         "22vyvcBQ1xafTSJuhMGQuFyOAh00m2enIATgo4R6SGHY%2FYhofNmfwCksP3OP0Gxnq%2BcqnJcuvUQtjSbEu60IUA%3D%3D", b"ECHO"),
        ("1372623149", "e225d26d3bb4d06b4656f6b674e2143d4d35e81e", "1629822102", "oduw1lq7iwp",
         "teMozE0aNgDd2iKay6VOldGRKQXJbHsFqFc10Y4dYBE%2FMu%2B34X0Vd%2BKP6GoxWXGqYOC9bg4eSNw7d3d6awhm%2BA%3D%3D", b"ECHO"),
        ("1372623149", "c2273fb8ef29b1427a88b76b56036b76128c46d0", "1629824247", "s8a61euba6m",
         "fSW%2B704DFd%2BeE1SrOhMQ1kiV%2Bt%2F5V7%2Bcs8QIt6qD9xR44PgSlym1NtMvQYw5S%2BRKhQxdy3RNheLNHJuU%2BHGjHQ%3D%3D", b"ECHO"),
    ],
)  # fmt: skip
def test_the_official_echoes_open(token: str, signature: str, timestamp: str, nonce: str, echostr: str, echo: bytes) -> None:
    assert Envelope(token, KEY1, CORP1).check_echo(signature, timestamp, nonce, unquote(echostr)) == echo


def test_a_published_echo_and_its_wrong_nonce() -> None:
    echo = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="
    given = ("dd6b9c95b495b3f7e2901bfbc76c664930ffdb96", "1411443780")
    assert FOUR.check_echo(*given, "437374425", echo) == b"5927782489442352469"
    with pytest.raises(BadEnvelope):
        FOUR.check_echo(*given, "437374424", echo)


def test_a_reply_is_sealed_as_published() -> None:
    plain = (
        "<xml>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[test]]></Content>\n"
        "<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>\n<ToUserName><![CDATA[messense]]></ToUserName>\n"
        "<AgentID>1</AgentID>\n<CreateTime>1411525903</CreateTime>\n</xml>"
    )
    xml = FOUR.seal(plain, "1411525903", "461056294", prefix=b"1234567890123456")
    assert parse(xml.encode())["MsgSignature"] == "407518b7649e86ef23978113f92d27afa9296533"
    assert encrypted_of(xml.encode()).startswith("9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk")


def test_what_we_seal_the_reference_opens_and_the_other_way_round() -> None:
    reference = WeChatCrypto("QDG6eK", KEY1, CORP1)
    for size in range(70):
        message = "文" * size
        xml = parse(ONE.seal(message, "7", "n").encode())
        assert reference.decrypt_message(xml, xml["MsgSignature"], "7", "n") == message
        theirs = parse(reference.encrypt_message(message, "n", "7").encode())
        assert ONE.open(theirs["MsgSignature"], "7", "n", theirs["Encrypt"]).decode() == message


@pytest.mark.parametrize(
    "message", [b"", b"x" * 9, "表情😀".encode(), bytes(range(192, 256)), b"a" * (32 - 20 - len(CORP1)), b"a" * 60_000]
)
def test_every_length_and_byte_survives(message: bytes) -> None:
    assert ONE.open(*sealed(message)) == message


def test_another_corps_envelope_is_refused() -> None:
    with pytest.raises(BadEnvelope, match="本企业"):
        ONE.open(*sealed(b"<xml/>", "wwffffffffffffffff"))


def test_twenty_thousand_mutants_end_in_one_kind_of_error_or_open_unchanged() -> None:
    chance = random.Random(7)
    signature, timestamp, nonce, encrypted = sealed(b"<xml><Event>x</Event></xml>")
    for _ in range(20_000):
        bytes_ = bytearray(base64.b64decode(encrypted))
        for _ in range(chance.randint(1, 3)):
            bytes_[chance.randrange(len(bytes_))] ^= 1 << chance.randrange(8)
        mutant = base64.b64encode(bytes(bytes_[: chance.choice([len(bytes_), 16, 32, chance.randrange(len(bytes_))])])).decode()
        try:
            parse(ONE.open(ONE._sign(timestamp, nonce, mutant), timestamp, nonce, mutant))
        except BadEnvelope:
            continue
    assert signature


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<xml></xml>", b"<xml><Encrypt>YQ==</Encrypt><Encrypt>YQ==</Encrypt></xml>",
        b"<xml><Encrypt>a b</Encrypt></xml>",
        b"<xml><Encrypt attr='1'>YQ==</Encrypt></xml>",
        b"<xml><Encrypt><![CDATA[YQ==</Encrypt></xml>", b"<xml><Encrypt></Encrypt></xml>",
        b"<xml><!-- <Encrypt>YQ==</Encrypt> --><Encrypt>YQ==</Encrypt></xml>",
        b"<xml><Encrypt>&a;</Encrypt></xml>", b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_an_unsigned_body_needs_exactly_one_plain_encrypt(body: bytes) -> None:
    with pytest.raises(BadEnvelope):
        encrypted_of(body)


@pytest.mark.parametrize(
    "text", [b"<Encrypt>YQ==</Encrypt>", b"<Encrypt><![CDATA[YQ==]]></Encrypt>", b"<Encrypt>\n <![CDATA[YQ==]]>\n</Encrypt>"]
)
def test_encrypt_is_found_in_any_order_and_form(text: bytes) -> None:
    assert encrypted_of(b"<xml><AgentID><![CDATA[1]]></AgentID>" + text + b"<ToUserName>c</ToUserName></xml>") == "YQ=="


def test_a_large_unsigned_body_costs_next_to_nothing() -> None:
    started = time.process_time()
    for body in (b"<a>" * 21_000, b"<Encrypt>" + b"A" * 65_000, b"<xml " + b"a='1' " * 10_000 + b"/>"):
        with pytest.raises(BadEnvelope):
            encrypted_of(body)
    assert time.process_time() - started < 0.05


@pytest.mark.parametrize(
    "xml",
    [
        b"", b"not xml", b"<xml>", b"<other><a>1</a></other>", b"<xml>text</xml>", b"<xml><a>\xff</a></xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><a>&a;</a></xml>', b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>',
        b"<xml><a>&unknown;</a></xml>", b"<xml>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</xml>",
    ],
)  # fmt: skip
def test_a_signed_message_that_is_no_plain_xml_is_refused_fast(xml: bytes) -> None:
    started = time.process_time()
    with pytest.raises(BadEnvelope):
        parse(xml)
    assert time.process_time() - started < 0.05


def test_repeated_elements_become_lists_and_empty_ones_stay_text() -> None:
    xml = "<xml><A><![CDATA[]]></A><B/><C>1</C><C>2</C><C/><D><E>x</E><E><F>y</F></E></D><N>名😀</N></xml>"
    assert parse(xml.encode()) == {"A": "", "B": "", "C": ["1", "2", ""], "D": {"E": ["x", {"F": "y"}]}, "N": "名😀"}
