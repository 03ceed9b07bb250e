"""A comparison that lets everything through would make every contract test true."""

import pytest

from tests.contract.samples import shaped_like

SAMPLE = {"errcode": 0, "info": [{"userid": "zhangsan", "time": 1588262400}], "cursor": ""}


def test_the_sample_itself_and_more_keys_pass() -> None:
    shaped_like(SAMPLE | {"more": True}, SAMPLE)
    shaped_like({"errcode": 0, "info": [], "cursor": "x"}, SAMPLE, optional=("info[]",))


@pytest.mark.parametrize(
    "answer",
    [
        {"errcode": 0, "info": [{"userid": "zhangsan", "time": 1}]},
        {"errcode": "0", "info": [{"userid": "zhangsan", "time": 1}], "cursor": ""},
        {"errcode": 0, "info": [{"userid": "zhangsan", "time": "1"}], "cursor": ""},
        {"errcode": 0, "info": [{"time": 1}], "cursor": ""},
        {"errcode": 0, "info": [], "cursor": ""},
        {"errcode": 40058, "info": [{"userid": "zhangsan", "time": 1}], "cursor": ""},
        {"errcode": False, "info": [{"userid": "zhangsan", "time": 1}], "cursor": ""},
    ],
    ids=["missing key", "text for number", "deeper", "missing deeper", "empty list", "refused", "boolean for number"],
)
def test_what_differs_fails(answer: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        shaped_like(answer, SAMPLE)
