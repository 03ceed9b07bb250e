"""The poster editor's doors: previewed as typed, kept as versions, two editors told apart, drawn ahead for many guides."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import segno
from PIL import Image
from sqlalchemy import func, select

from acquisition.models import CodeStatus
from content_library.actions import keep_picture
from content_library.models import Item, ItemStatus, ItemVersion, PosterRender
from content_library.posters import draw_version
from content_library.queries import get_item
from foundation import clock
from foundation.blobs import keep_blob
from foundation.db import transaction
from hq.poster_forms import blank_layout
from jobs import poster_jobs
from jobs.poster_jobs import draw_waiting
from org.models import Staff, SyncRun, SyncStatus
from org.queries import find_latest_run, page_runs
from tests.builders.acquisition import make_code
from tests.builders.content_library import POSTER, make_poster
from tests.builders.sop import Brand
from tests.rooms.hq.conftest import Browser

SignIn = Callable[[Staff], Browser]
LAYOUT = json.dumps(blank_layout(), ensure_ascii=False)


def _versions(item_id: int) -> list[ItemVersion]:
    with transaction() as session:
        return list(session.scalars(select(ItemVersion).where(ItemVersion.item_id == item_id).order_by(ItemVersion.number)))


def _own(brand: Brand, **rest: Any) -> int:
    with transaction() as session:
        return make_poster(session, brand.headquarters, title="测试海报", **rest).id


def _file(content: bytes) -> Any:
    return io.BytesIO(content), "a.png"


def _seen(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def test_a_preview_is_a_jpeg_and_says_what_does_not_fit(sign_in: SignIn, brand: Brand) -> None:
    hq = sign_in(brand.headquarters)
    answer = hq.post("/hq/posters/preview", layout=LAYOUT, guide="long")
    assert Image.open(io.BytesIO(answer.data)).size == (750, 1334)
    told = json.loads(answer.headers["X-Poster-Notes"])
    assert [one["path"] for one in told["now"]] == ["texts.1"]
    assert hq.post("/hq/posters/preview", layout=LAYOUT, guide=str(brand.ai.id)).status_code == 200
    assert hq.post("/hq/posters/preview", layout=LAYOUT, guide="999999").status_code == 404


def test_a_regional_managers_poster_is_for_her_region_and_the_brands_own_is_not_hers_to_edit(
    sign_in: SignIn, brand: Brand
) -> None:
    east = sign_in(brand.east)
    made = east.post("/hq/posters/new", title="华东海报", layout=LAYOUT, department_id="", then="publish")
    assert made.status_code == 302
    with transaction() as session:
        item = session.scalars(select(Item)).one()
    assert (item.path, item.status) == ("1.2.", ItemStatus.REVIEW)
    assert east.status(f"/hq/posters/{_own(brand)}") == 403


@pytest.mark.parametrize(
    ("layout", "where"),
    [
        ("{", "layout"),
        ("[1]", "layout"),
        ("[" * 5000, "layout"),
        (json.dumps({"texts": [{"text": "a"}]}), "texts.0.x"),
        (json.dumps({"background": {"blob_key": "a" * 64}}), "layout"),
        (json.dumps({"panels": [{"x": 700, "y": 0, "w": 100, "h": 10, "colour": "#ffffff"}]}), "panels.0"),
    ],
)
def test_a_broken_layout_is_told_and_nothing_is_kept(sign_in: SignIn, brand: Brand, layout: str, where: str) -> None:
    hq = sign_in(brand.headquarters)
    answer = hq.post("/hq/posters/preview", layout=layout)
    assert (answer.status_code, where in answer.json["problems"]) == (422, True)
    answer = hq.post("/hq/posters/new", layout=layout, title="不成的海报")
    assert answer.status_code == 422
    assert "不成的海报" in answer.text
    with transaction() as session:
        assert not session.scalar(select(func.count()).select_from(ItemVersion).where(ItemVersion.title == "不成的海报"))


def test_a_poster_is_kept_published_and_a_region_hands_hers_in(sign_in: SignIn, brand: Brand) -> None:
    hq = sign_in(brand.headquarters)
    assert hq.post("/hq/posters/new", layout=LAYOUT, title="新年海报", then="publish").status_code == 302
    hers = sign_in(brand.east)
    assert hers.post("/hq/posters/new", layout=LAYOUT, title="华东海报", then="publish").status_code == 302
    with transaction() as session:
        states = dict(session.execute(select(ItemVersion.title, ItemVersion.item_id)).all())
        found = {title: get_item(session, states[title]) for title in ("新年海报", "华东海报")}
    assert found["新年海报"].status == ItemStatus.PUBLISHED
    assert (found["华东海报"].status, found["华东海报"].path) == (ItemStatus.REVIEW, brand.east.path)
    assert "新年海报" in hq.get("/hq/posters")
    assert hers.post(f"/hq/posters/{found['新年海报'].id}", layout=LAYOUT, title="改掉").status_code == 403


def test_the_second_editor_sees_what_the_first_changed(sign_in: SignIn, brand: Brand) -> None:
    number, hq = _own(brand), sign_in(brand.headquarters)
    seen = _seen(hq.get(f"/hq/posters/{number}"))
    first = {**POSTER, "price": "¥1,299"}
    assert hq.post(f"/hq/posters/{number}", layout=json.dumps(first), title="测试海报", seen=seen).status_code == 302
    answer = hq.post(f"/hq/posters/{number}", layout=json.dumps({**POSTER, "product": "云朵"}), title="测试海报", seen=seen)
    assert answer.status_code == 409
    assert "对方改了：商品、价格" in answer.text
    assert "云朵" in answer.text
    again = hq.post(f"/hq/posters/{number}", layout=json.dumps(POSTER), title="测试海报", seen=_seen(answer.text))
    assert (again.status_code, len(_versions(number))) == (302, 3)


def test_an_uploaded_picture_stands_only_by_its_token(sign_in: SignIn, brand: Brand) -> None:
    hq, out = sign_in(brand.headquarters), io.BytesIO()
    Image.new("RGB", (300, 200), "#c22f2f").save(out, "PNG")
    made = hq.post("/hq/posters/pictures", picture=_file(out.getvalue())).json
    body = {"pictures": [{"x": 0, "y": 0, "w": 300, "h": 200, "blob_key": made["blob_key"]}]}
    assert hq.post("/hq/posters/preview", layout=json.dumps(body), kept=made["kept"]).status_code == 200
    assert hq.post("/hq/posters/preview", layout=json.dumps(body)).status_code == 422
    refused = hq.post("/hq/posters/pictures", picture=_file(b"no picture at all" * 9))
    assert (refused.status_code, "message" in refused.json) == (422, True)


def _with_codes(brand: Brand) -> None:
    drawn = io.BytesIO()
    segno.make("https://work.weixin.qq.com/ca/1").save(drawn, kind="png", scale=6)
    with transaction() as session:
        make_code(session, brand.ai).qr_code = "http://127.0.0.1:9/ai.png"
        keep_picture(session, "http://127.0.0.1:9/ai.png", drawn.getvalue())
        waiting = make_code(session, brand.far, state="gdfar")
        waiting.qr_code, waiting.status = "", CodeStatus.WANTED


def _batch(number: int) -> SyncRun:
    with transaction() as session:
        run = find_latest_run(session, f"posters:{_versions(number)[-1].id}:1")
        assert run is not None
        return run


def test_posters_are_drawn_ahead_with_progress_and_reasons(
    sign_in: SignIn, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster_jobs, "GUIDES_AT_ONCE", 1)
    number, hq = _own(brand), sign_in(brand.headquarters)
    _with_codes(brand)
    assert "还没有提前生成过" in hq.get(f"/hq/posters/{number}/ahead")
    assert hq.post(f"/hq/posters/{number}/ahead", department_id="1").status_code == 302
    assert hq.post(f"/hq/posters/{number}/ahead", department_id="1").status_code == 409
    assert draw_waiting() == 1
    run = _batch(number)
    assert (run.status, run.done) == (SyncStatus.DONE, run.total)
    page = hq.get(f"/hq/posters/{number}/ahead/progress")
    assert "二维码还在生成" in page
    assert "还没有二维码" in page
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(PosterRender)) == 1
        assert page_runs(session) == []


def test_a_killed_batch_goes_on_from_its_cursor_and_draws_nothing_twice(
    sign_in: SignIn, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster_jobs, "GUIDES_AT_ONCE", 1)
    number, hq = _own(brand, body={key: value for key, value in POSTER.items() if key != "qr"}), sign_in(brand.headquarters)
    hq.post(f"/hq/posters/{number}/ahead", department_id="1")
    drawn: list[int] = []
    real = draw_version

    class Killed(BaseException):
        pass

    def dying(body: Any, facts: Any) -> str:
        if len(drawn) == 2:
            drawn.append(0)
            raise Killed
        drawn.append(facts.staff_id)
        return real(body, facts)

    monkeypatch.setattr(poster_jobs, "draw_version", dying)
    # A killed process writes no last word.
    monkeypatch.setattr(poster_jobs, "_finish", lambda run, error: None)
    with pytest.raises(Killed):
        draw_waiting()
    monkeypatch.undo()
    assert draw_waiting() == 0
    with transaction() as session:
        session.get_one(SyncRun, _batch(number).id).beat_at = clock.now() - timedelta(hours=1)
    assert draw_waiting() == 1
    run = _batch(number)
    assert (run.status, run.done) == (SyncStatus.DONE, run.total)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(PosterRender)) == run.total


def test_a_cancelled_batch_stops_and_keeps_what_is_drawn(sign_in: SignIn, brand: Brand) -> None:
    number, hq = _own(brand), sign_in(brand.headquarters)
    hq.post(f"/hq/posters/{number}/ahead", department_id="1")
    east = sign_in(brand.east)
    assert "还没有提前生成过" in east.get(f"/hq/posters/{number}/ahead"), "another department's batch is not hers to see"
    assert east.post(f"/hq/posters/{number}/ahead/cancel").status_code == 302
    assert _batch(number).status == SyncStatus.WAITING, "nor to end"
    assert hq.post(f"/hq/posters/{number}/ahead/cancel").status_code == 302
    assert "已取消" in hq.get(f"/hq/posters/{number}/ahead")
    assert draw_waiting() == 0
    assert hq.post(f"/hq/posters/{number}/ahead", department_id="1").status_code == 302
    assert hq.post(f"/hq/posters/{number}/ahead", department_id="999").status_code in {404, 409}


def test_a_missing_background_fails_each_guide_with_its_reason(sign_in: SignIn, brand: Brand) -> None:
    gone = {"background": {"blob_key": keep_blob(b"x")[:63] + "0"}, "texts": []}
    number, hq = _own(brand, body=gone), sign_in(brand.headquarters)
    hq.post(f"/hq/posters/{number}/ahead", department_id="1")
    assert draw_waiting() == 1
    assert "文件不存在" in hq.get(f"/hq/posters/{number}/ahead/progress")
