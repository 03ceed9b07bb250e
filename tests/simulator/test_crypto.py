"""The envelope against the published vectors V1-V4 (DOC 90968, Tencent's samples, wechatpy's suite)."""

import os
import struct
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from simulator.callbacks.crypto import Envelope, EnvelopeError, sign

KEY1, CORP1 = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
V1 = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)
DEV_TOOL = (
    ("1629824456", "bqe3yfbqfc7", "6a27598fb5b01ee02684379a339fef6de65c83c2",
     "22vyvcBQ1xafTSJuhMGQuFyOAh00m2enIATgo4R6SGHY%2FYhofNmfwCksP3OP0Gxnq%2BcqnJcuvUQtjSbEu60IUA%3D%3D"),
    ("1629822102", "oduw1lq7iwp", "e225d26d3bb4d06b4656f6b674e2143d4d35e81e",
     "teMozE0aNgDd2iKay6VOldGRKQXJbHsFqFc10Y4dYBE%2FMu%2B34X0Vd%2BKP6GoxWXGqYOC9bg4eSNw7d3d6awhm%2BA%3D%3D"),
    ("1629824247", "s8a61euba6m", "c2273fb8ef29b1427a88b76b56036b76128c46d0",
     "fSW%2B704DFd%2BeE1SrOhMQ1kiV%2Bt%2F5V7%2Bcs8QIt6qD9xR44PgSlym1NtMvQYw5S%2BRKhQxdy3RNheLNHJuU%2BHGjHQ%3D%3D"),
)  # fmt: skip
TOKEN4, KEY4, CORP4 = "123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a"
V4A = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="
V4B = (
    "RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXzF6Bv283dGymzxh6y"
    "dJRvZsryDyZbLTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gYNx410cvkKR2/nPwBiT+P4hIiOAQqGp/T"
    "ywZBtDh1yCF2KOd0gpiMZ5jSw3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5"
    "t6NMxuGhcUGAPOQipvWTT4dShyqio7mlsl5noTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0="
)
V4C = (
    "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8GqxlhZgURnAtObvesE"
    "l5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSUCUld+/WIXrx0oyKQmpB6o8NRrrNrsD"
    "f03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQmmNOuiR5MIkdQ39xn1vWwi1O5oazPoQJz0nT"
    "YjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3"
)
REPLY = (
    "<xml>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[test]]></Content>\n"
    "<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>\n<ToUserName><![CDATA[messense]]></ToUserName>\n"
    "<AgentID>1</AgentID>\n<CreateTime>1411525903</CreateTime>\n</xml>"
)


def test_v1_the_official_message_opens():
    envelope = Envelope("QDG6eK", KEY1, CORP1)
    message = envelope.open("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149", V1)
    assert len(message) == 284
    assert ElementTree.fromstring(message).findtext("Content") == "hello"


def test_v1_sealing_it_again_gives_the_same_text():
    envelope = Envelope("QDG6eK", KEY1, CORP1)
    assert envelope.encrypt(envelope.decrypt(V1), b"0960688932c47ef1") == V1


def test_v2_the_official_echo_opens():
    echo = unquote("P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D")
    envelope = Envelope("QDG6eK", KEY1, CORP1)
    opened = envelope.open("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", echo)
    assert opened == b"1616140317555161061"


@pytest.mark.parametrize(("timestamp", "nonce", "signature", "echo"), DEV_TOOL)
def test_v3_the_dev_tools_binary_echo_opens(timestamp, nonce, signature, echo):
    assert Envelope("1372623149", KEY1, CORP1).open(signature, timestamp, nonce, unquote(echo)) == b"ECHO"


def test_v4_wechatpys_echo_opens_and_another_nonce_does_not():
    envelope, signature = Envelope(TOKEN4, KEY4, CORP4), "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96"
    assert envelope.open(signature, "1411443780", "437374425", V4A) == b"5927782489442352469"
    with pytest.raises(EnvelopeError):
        envelope.open(signature, "1411443780", "437374424", V4A)


def test_v4_wechatpys_message_opens():
    envelope = Envelope(TOKEN4, KEY4, CORP4)
    message = envelope.open("74d92dfeb87ba7c714f89d98870ae5eb62dff26d", "1411525903", "461056294", V4B)
    assert ElementTree.fromstring(message).findtext("MsgId") == "4363689963896700987"


def test_v4_a_reply_is_sealed_to_the_byte():
    envelope = Envelope(TOKEN4, KEY4, CORP4)
    sealed = envelope.encrypt(REPLY.encode(), b"1234567890123456")
    assert sealed == V4C
    assert envelope.sign("1411525903", "461056294", sealed) == "407518b7649e86ef23978113f92d27afa9296533"


def test_token_and_nonce_may_change_places():
    assert sign("a", "1", "b", V1) == sign("b", "1", "a", V1)


def test_every_length_of_message_survives():
    envelope = Envelope(TOKEN4, KEY4, CORP4)
    for length in range(70):
        message = os.urandom(length)
        assert envelope.decrypt(envelope.encrypt(message, os.urandom(16))) == message


def test_another_corp_a_flipped_bit_and_rubbish_are_refused():
    envelope = Envelope(TOKEN4, KEY4, CORP4)
    sealed = envelope.encrypt(b"hello", b"0" * 16)
    with pytest.raises(EnvelopeError):
        Envelope(TOKEN4, KEY4, "wx0000000000000000").decrypt(sealed)
    for broken in ("A" + sealed[1:], "@@@", "", struct.pack(">I", 1).hex()):
        with pytest.raises(EnvelopeError):
            envelope.decrypt(broken)
