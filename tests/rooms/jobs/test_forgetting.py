"""The nightly forgetting: sent messages go after their keeping time, and the night's work is a daily job."""

from datetime import timedelta

import pytest

from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from jobs.daily import BY_NAME
from jobs.sweep_jobs import forget_old_messages
from outbox.models import MessageStatus
from tests.builders.outbox import all_messages, make_message


def sent(key: str, days: int) -> None:
    moment = clock.now() - timedelta(days=days)
    with transaction() as session:
        make_message(session, key=key, status=MessageStatus.SENT, sent_at=moment).created_at = moment


def test_sent_messages_are_kept_as_long_as_the_setting_says(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for days in (31, 8, 6):
        sent(f"{days} days", days)
    assert forget_old_messages() == 1
    monkeypatch.setenv("OUTBOX_KEEP_DAYS", "7")
    settings.cache_clear()
    assert forget_old_messages() == 1
    monkeypatch.undo()
    settings.cache_clear()
    assert [message.idempotency_key for message in all_messages()] == ["6 days"]
    assert "outbox.forget_old" in BY_NAME
