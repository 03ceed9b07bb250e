"""Posters with her own code, her own page, the board."""

import io
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, cast

import pytest
import segno
from PIL import Image
from sqlalchemy import QueuePool, func, select

from acquisition.models import ChannelCode
from content_library.models import ItemKind, KeptPicture, PosterRender
from content_library.pictures import fetch_picture
from content_library.posters import PosterFacts, draw_version
from content_library.queries import search_items
from foundation import clock, db
from foundation.db import transaction
from jobs import content_jobs
from jobs.content_jobs import draw_ahead
from leaderboard.actions import recount_day
from org.models import Staff
from outbox.models import OutgoingMessage, PlatformMedia
from tests.builders.acquisition import make_code
from tests.builders.content_library import POSTER, make_poster
from tests.builders.sop import Brand, make_follow
from tests.rooms.sidebar.conftest import Phone

SignIn = Callable[[Staff], Phone]


@pytest.fixture
def pictures():  # type: ignore[no-untyped-def]
    """A host of pictures as the platform's: a code, a redirect, a page, something endless."""
    drawn = io.BytesIO()
    segno.make("https://work.weixin.qq.com/ca/1").save(drawn, kind="png", scale=8)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = {"/code.png": drawn.getvalue(), "/page": b"<html>", "/endless": b"\xff" * (3 * 1024 * 1024)}.get(
                self.path, b""
            )
            self.send_response(302 if self.path == "/moved" else 200 if body else 404)
            self.send_header("Location", "/code.png")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def _code(brand: Brand, url: str) -> None:
    with transaction() as session:
        make_code(session, brand.ai).qr_code = url


def _poster(brand: Brand) -> int:
    with transaction() as session:
        return search_items(session, brand.ai.path, "", kind=ItemKind.POSTER)[0].id


@pytest.mark.parametrize("path", ["/page", "/moved", "/endless", "/none"])
def test_what_is_no_small_picture_is_not_taken(pictures: str, path: str) -> None:
    assert fetch_picture(pictures + path) is None
    assert fetch_picture("file:///etc/passwd") is None


def test_her_poster_is_drawn_with_her_code_and_made_ready_as_media(phone: SignIn, brand: Brand, pictures: str) -> None:
    _code(brand, f"{pictures}/code.png")
    number, hers = _poster(brand), phone(brand.ai)
    shown = hers.get(f"/sidebar/posters/{number}/picture")
    assert Image.open(io.BytesIO(shown.data)).format == "JPEG"
    answer = hers.post(f"/sidebar/posters/{number}/media", {})
    assert (answer.status_code, answer.json) == (202, {"wait": True})
    hers.post(f"/sidebar/posters/{number}/media", {})
    with transaction() as session:
        assert session.scalars(select(OutgoingMessage.call)).all() == ["media/upload"]
        media = session.scalars(select(PlatformMedia)).one()
        media.media_id, media.expires_at = "MEDIA1", clock.now() + clock.days(3)
    assert hers.post(f"/sidebar/posters/{number}/media", {}).json == {"mediaid": "MEDIA1"}
    assert hers.get("/sidebar/me/code.png").status_code == 200


def test_without_a_code_a_poster_waits_for_it(phone: SignIn, brand: Brand) -> None:
    hers = phone(brand.ai)
    number = _poster(brand)
    assert hers.get(f"/sidebar/posters/{number}/picture").status_code == 409
    assert "生成我的二维码" in hers.page("/sidebar/posters")
    assert "正在生成" in hers.post("/sidebar/me/code").text
    assert "正在生成" in hers.post("/sidebar/me/code").text
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(ChannelCode)) == 1
        assert session.scalars(select(OutgoingMessage.call)).all() == ["externalcontact/add_contact_way"]


def test_a_code_whose_picture_does_not_come_makes_no_poster(phone: SignIn, brand: Brand, pictures: str) -> None:
    _code(brand, f"{pictures}/none")
    hers = phone(brand.ai)
    assert hers.get(f"/sidebar/posters/{_poster(brand)}/picture").status_code == 409
    assert hers.get("/sidebar/me/code.png").status_code == 404


def test_a_script_is_not_shown_as_a_poster(phone: SignIn, brand: Brand) -> None:
    with transaction() as session:
        script = search_items(session, brand.ai.path, "", kind=ItemKind.SCRIPT)[0]
    assert phone(brand.ai).get(f"/sidebar/posters/{script.id}").status_code == 404


def test_posters_are_drawn_ahead_at_night(brand: Brand, pictures: str) -> None:
    _code(brand, f"{pictures}/code.png")
    drawn = draw_ahead(clock.today())
    assert drawn > 1
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(PosterRender)) == drawn
        assert session.scalars(select(KeptPicture.blob_key)).one()
    assert draw_ahead(clock.today()) == drawn


def test_no_transaction_is_open_while_posters_are_drawn(brand: Brand, pictures: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _code(brand, f"{pictures}/code.png")
    busy: list[int] = []

    def drawing(body: Mapping[str, Any], facts: PosterFacts) -> str:
        busy.append(cast(QueuePool, db.engine().pool).checkedout())
        return draw_version(body, facts)

    monkeypatch.setattr(content_jobs, "draw_version", drawing)
    draw_ahead(clock.today())
    assert busy
    assert set(busy) == {0}


def test_one_poster_that_cannot_be_drawn_does_not_cost_the_others(brand: Brand, pictures: str) -> None:
    _code(brand, f"{pictures}/code.png")
    with transaction() as session:
        make_poster(session, brand.headquarters, body=POSTER | {"background": {"blob_key": "0" * 64}})
    looked = draw_ahead(clock.today())
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(PosterRender)) == looked - 1


def test_her_own_stores_board_does_not_repeat_the_stores_name(phone: SignIn, brand: Brand) -> None:
    with transaction() as session:
        make_follow(session, brand.ai, "wm1")
        recount_day(session, clock.today())
    assert "21店" not in phone(brand.ai).page("/sidebar/board?level=guide")
    assert "21店" in phone(brand.ai).page("/sidebar/board?level=store")
    assert "21店" in phone(brand.east).page("/sidebar/board?level=guide")


def test_her_page_and_the_board_show_what_she_did(phone: SignIn, brand: Brand) -> None:
    hers = phone(brand.ai)
    with transaction() as session:
        make_follow(session, brand.ai, "wm1")
        recount_day(session, clock.today())
    for level in ("guide", "store", "region", "nonsense"):
        for period in ("day", "week", "month", "nonsense"):
            assert "怎么算分" in hers.page(f"/sidebar/board?level={level}&period={period}")
    assert "新好友" in hers.page("/sidebar/me")
    assert "<script>" not in hers.page("/sidebar/me?c=<script>").replace("<script defer", "")
    assert phone(brand.far).page("/sidebar/me")
    assert phone(brand.headquarters).page("/sidebar/")
