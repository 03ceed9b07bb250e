"""What a log line may say of a failing statement: which rule was broken, never the values of the row."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from foundation.db import engine, transaction
from foundation.log import SECRET_KEYS, mask, words_of

ROOT = Path(__file__).parents[3]
FAILING = """
import json
from sqlalchemy import text
from bot.actions import Claim
from bot.road import _record_failure
from foundation.config import settings
from foundation.db import transaction
from foundation.log import logger, set_up_logging
set_up_logging(settings())
log = logger("test")
body = json.dumps({"WelcomeCode": "WC_VALUE", "Name": "陈阿姨"}, ensure_ascii=False)
missing = "INSERT INTO inbound_event (receiver, event, body) VALUES ('app', :name, CAST(:body AS jsonb))"
wrong = "SELECT CAST(:name AS bigint), :body"
for statement in (missing, wrong):
    try:
        with transaction() as session:
            session.execute(text(statement), {"body": body, "name": "陈阿姨"})
    except Exception as error:
        _record_failure(Claim(1, 5, 1), error)
        log.exception("crash", path="/x")
    try:
        try:
            with transaction() as session:
                session.execute(text(statement), {"body": body, "name": "陈阿姨"})
        except Exception as error:
            raise RuntimeError("wrapped") from error
    except RuntimeError:
        log.exception("crash", path="/y")
"""


@pytest.mark.parametrize("kind", ["json", "text"])
def test_a_failing_statement_is_logged_without_its_values(database: None, kind: str) -> None:
    environment = {**os.environ, "LOG_FORMAT": kind, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", FAILING], cwd=ROOT, env=environment, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    said = done.stderr
    assert "WC_VALUE" not in said
    assert "陈阿姨" not in said
    assert "violates not-null constraint" in said
    assert "invalid input syntax for type bigint" in said
    assert "wrapped" in said
    assert "Traceback" in said or "File " in said, "the way there is still told"


def test_an_error_of_the_database_says_which_rule_and_no_row(database: None) -> None:
    with pytest.raises(DBAPIError) as caught, transaction() as session:
        session.execute(text("SELECT CAST(:name AS bigint)"), {"name": "陈阿姨"})
    assert engine().hide_parameters
    assert words_of(caught.value) == "invalid input syntax for type bigint: ***"


def test_secrets_are_masked_in_texts_and_at_any_depth() -> None:
    event = {"body": {"WelcomeCode": "WC_1", "inner": [{"token": "T_1"}]}, "text": '{"welcome_code": "WC_2"} code=C_1 done'}
    said = str(mask(None, "info", event))
    assert not any(secret in said for secret in ("WC_1", "T_1", "WC_2", "C_1"))
    assert "done" in said


def test_no_log_line_gives_a_harmless_fact_the_name_of_a_secret() -> None:
    """A fact called `code` would always be written as ***."""
    rooms = ("acquisition", "bot", "content_library", "customers", "foundation", "hq", "jobs", "leaderboard", "org", "outbox")
    found = []
    for path in (path for room in (*rooms, "sidebar", "sop", "wecom") for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log":
                found += [f"{path}:{node.lineno} {word.arg}" for word in node.keywords if word.arg in SECRET_KEYS]
    assert found == []
