"""Whatever stands in a cell, it is read or told in Chinese: no cell stops a file."""

import re
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers import import_rules as rules
from customers.import_reading import Names, Reader
from customers.import_sheets import Record, tidy
from foundation.clock import SHANGHAI

TODAY, LATEST = date(2026, 6, 1), datetime(2026, 6, 2, tzinfo=SHANGHAI)
DIGITS = "0123456789²٣৪十"
ODD = (
    "1E+999999", "-1E+999999", "1E-999999", "1e9999999999999999999", "Infinity", "sNaN", "²", "²²²²²", "٣٣٣٣٣", "٣٣٣٣٠٣٢٥",
    "9" * 5_000, "0." + "9" * 5_000, "\ud800", "1990-03-\ud800", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
    "99999.9999999999", "99999", "00000000", "=", '=""', "+", "-", "\x00", "/", "1/", "、", "a\u202eb",
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.text(DIGITS + "-/.:年月日T+eE,￥元 ", max_size=25),
)


@pytest.mark.parametrize("kind", list(rules.KINDS))
@settings(deadline=None)
@given(texts=st.lists(CELLS, min_size=20, max_size=20))
def test_no_cell_stops_a_file(kind: str, texts: list[str]) -> None:
    names = [field.name for field in rules.FIELDS[kind]]
    read = Reader(kind, {name: place for place, name in enumerate(names)}, Names(), TODAY, LATEST)
    line = read.read(Record(2, tidy(texts)))
    for one in line.problems:
        assert re.search("[一-鿿]", one.why), one
