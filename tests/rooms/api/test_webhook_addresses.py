"""Which addresses webhooks may call: those of the internet, on https, and never our own network."""

import pytest

from api import webhooks
from api.rules import address_problem, is_outside
from foundation.db import transaction
from foundation.errors import Invalid
from tests.builders.sop import Brand


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("8.8.8.8", True), ("10.0.0.1", False), ("127.0.0.1", False), ("169.254.169.254", False), ("192.168.1.1", False),
        ("100.64.0.1", False), ("0.0.0.0", False), ("::1", False), ("fd00::1", False), ("::ffff:10.0.0.1", False),
        ("2400:3200::1", True), ("224.0.0.1", False), ("172.31.255.1", False), ("2002:0a00:0001::", False),
        ("64:ff9b::a9fe:a9fe", False), ("64:ff9b::808:808", True), ("::7f00:1", False), ("192.88.99.1", False),
        ("64:ff9b:1::1", False), ("fec0::1", False), ("2002:7f00:1::", False), ("::ffff:0:a00:1", False), ("ff0e::1", False),
        ("192.0.0.192", False), ("3fff::1", False), ("::ffff:192.0.0.8", False),
    ],
)  # fmt: skip
def test_which_addresses_are_outside(address: str, outside: bool) -> None:
    assert is_outside(address) is outside


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.com/",
        "https://",
        "//a.com",
        "https://u:p@a.com/",
        "https://a.com:22/",
        "http://a.com/",
        "https://a.com:99999/",
        "https://crm..example.com/hook",
        f"https://{'a' * 70}.com/",
        "https://a.com./",
        f"https://{'a.' * 130}com/",
        "https://a b.com/",
        "https://:p@a.com/",
        "https://-a.com/",
    ],
)
def test_which_urls_are_refused(url: str, brand: Brand) -> None:
    assert address_problem(url, private=False)
    with transaction() as session, pytest.raises(Invalid) as caught:
        webhooks.save_webhook(session, brand.headquarters, "", url, [])
    assert set(caught.value.fields) == {"name", "url", "kinds"}


def test_usual_addresses_may_be_called() -> None:
    for url in ("https://crm.example.com/hook?a=b", "https://xn--fiqs8s.cn:8443/", "https://8.8.8.8/", "https://[2400:3200::1]/"):
        assert address_problem(url, private=False) == "", url
