"""The evening's board goes out to every guide and store manager, once."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock, db
from leaderboard import actions
from leaderboard.models import BoardPush
from outbox.models import Lane, OutgoingMessage
from tests.builders.leaderboard import make_day
from tests.builders.sop import make_brand


def cards(session: Session) -> dict[str, OutgoingMessage]:
    return {message.idempotency_key: message for message in session.scalars(select(OutgoingMessage))}


def rows(message: OutgoingMessage) -> list[str]:
    return [row["value"] for row in message.payload["template_card"]["horizontal_content_list"]]


def test_guides_get_their_places_and_managers_their_store(session: Session) -> None:
    brand, today = make_brand(session), clock.today()
    make_day(session, brand.ai, today - timedelta(days=1), 3)
    make_day(session, brand.ai, today, 3)
    make_day(session, brand.bo, today, 9, adds=2, losses=1, touched=4, sends=6, tasks_done=1)
    assert [actions.push_board(session, today, limit=4) for _ in range(4)] == [4, 3, 0, 0]
    owed = cards(session)
    assert len(owed) == 7
    card = owed[f"board:{today}:{brand.ai.id}"]
    assert (card.lane, card.call, card.payload["touser"]) == (Lane.BULK, "message/send", "g21a")
    assert card.payload["template_card"]["emphasis_content"] == {"title": "第 2 名", "desc": "本店 3 人 · 今日 3 分"}
    assert rows(card) == ["第 2 / 5 名", "第 2 / 7 名", "下降 1 名"]
    managers = owed[f"board:{today}:{brand.manager.id}"]
    assert managers.payload["template_card"]["emphasis_content"] == {"title": "第 1 名", "desc": "全国门店 · 人均 4 分"}
    assert rows(managers) == [
        "2 位，流失 1 位",
        "4 位客户，发送 6 次",
        "按时 1 个，补交 0 个",
        "0 次",
        "与昨日持平",
        "0 分，本店第 3 名",
    ]
    assert session.get_one(BoardPush, today).finished_at is not None


def test_two_runners_send_nothing_twice(database: None) -> None:
    today = clock.today()
    with db.transaction() as session:
        make_brand(session)
        session.add(BoardPush(on=today, pushed_to=0, created_at=clock.now()))
    with db.transaction() as first, db.transaction() as second:
        assert actions.push_board(first, today, limit=3) == 3
        assert actions.push_board(second, today, limit=3) == 0
    with db.transaction() as session:
        assert actions.push_board(session, today) == 4
        assert len(cards(session)) == 7


def test_a_brand_without_guides_is_pushed_and_done(session: Session) -> None:
    assert actions.push_board(session, date(2026, 11, 21)) == 0
    assert session.get_one(BoardPush, date(2026, 11, 21)).finished_at is not None
