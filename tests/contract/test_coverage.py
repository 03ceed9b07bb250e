"""The table in simulator/paths.md tells the truth, and nothing is served that no document and no test knows."""

import re

from simulator.api.table import TABLE
from tests.contract import coverage

# Its shape is known from SDKs alone, so nothing is asserted of it.
FROM_SDKS_ALONE = {"externalcontact/convert_to_openid"}


def test_the_readme_has_the_table_of_today():
    assert coverage.in_file() == coverage.table(), "run: python -m tests.contract.coverage"


def test_what_is_served_is_documented():
    assert set(TABLE) - {path for path, _, _ in coverage.documented()} == set()


def test_every_served_path_is_held_to_a_contract():
    assert set(TABLE) - set(coverage.contract_tested()) == FROM_SDKS_ALONE


def test_contract_tests_name_real_paths():
    assert sorted(set(coverage.contract_tested()) - {path for path, _, _ in coverage.documented()}) == []


def test_no_path_stands_twice():
    paths = [path for path, _, _ in coverage.documented()]
    assert len(paths) == len(set(paths))
    assert all(re.fullmatch(r"[a-z0-9_/]+", path) for path in paths)
