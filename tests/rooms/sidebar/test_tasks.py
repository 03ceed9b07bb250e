"""Tasks, photos and the morning list: her own only, photos checked by content, second taps harmless."""

import io
import resource
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from foundation.db import transaction
from org.models import Staff
from sop.actions import seed_care_nodes
from sop.models import AnswerKind, Assignment, AssignmentStatus, CareDone, CareNode, TaskStatus
from tests.builders.sop import Brand, make_copy, make_follow, make_task
from tests.rooms.sidebar.conftest import Phone

SignIn = Callable[[Staff], Phone]


def _task(brand: Brand, guide: Staff, kind: AnswerKind = AnswerKind.PHOTO, **rest: object) -> int:
    with transaction() as session:
        return make_copy(session, make_task(session, brand, answer_kind=kind, **rest), guide).id  # type: ignore[arg-type]


def picture(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200), **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#aa3322").save(out, kind, **how)  # type: ignore[arg-type]
    return out.getvalue()


def send_photo(hers: Phone, content: bytes, name: str = "a.jpg"):  # type: ignore[no-untyped-def]
    return hers.post("/sidebar/photos", data={"photo": (io.BytesIO(content), name)})


def test_a_photo_answer_finishes_the_task_once(phone: SignIn, brand: Brand) -> None:
    number = _task(brand, brand.ai)
    hers = phone(brand.ai)
    assert "拍照" in hers.page(f"/sidebar/tasks/{number}")
    token = (send_photo(hers, picture()).json or {})["photo"]
    body = {"text": "已陈列", "photos": [token]}
    first = hers.post(f"/sidebar/tasks/{number}", body).json or {}
    again = hers.post(f"/sidebar/tasks/{number}", body).json or {}
    assert (first["outcome"], again["outcome"]) == ("done", "already")
    with transaction() as session:
        done = session.get_one(Assignment, number)
        assert (done.status, done.answer_text, len(done.answer_photos)) == (AssignmentStatus.DONE, "已陈列", 1)
    shown = hers.get(f"/sidebar/tasks/{number}/photos/0")
    assert max(Image.open(io.BytesIO(shown.data)).size) == 1600
    assert hers.get(f"/sidebar/tasks/{number}/photos/1").status_code == 404
    assert "已完成，谢谢" in hers.page(f"/sidebar/tasks/{number}")


def test_an_answer_that_lacks_something_names_the_field(phone: SignIn, brand: Brand) -> None:
    hers = phone(brand.ai)
    answer = hers.post(f"/sidebar/tasks/{_task(brand, brand.ai)}", {"text": "x"})
    assert answer.status_code == 422
    assert "photos" in (answer.json or {})["fields"]


def test_another_guides_task_and_photos_are_not_found(phone: SignIn, brand: Brand) -> None:
    number = _task(brand, brand.far)
    hers = phone(brand.ai)
    assert hers.get(f"/sidebar/tasks/{number}").status_code == 404
    assert hers.get(f"/sidebar/tasks/{number}/photos/0").status_code == 404
    assert hers.post(f"/sidebar/tasks/{number}", {"text": "x"}).status_code == 404


def test_a_colleagues_photo_cannot_be_handed_in(phone: SignIn, brand: Brand) -> None:
    token = (send_photo(phone(brand.bo), picture()).json or {})["photo"]
    answer = phone(brand.ai).post(f"/sidebar/tasks/{_task(brand, brand.ai)}", {"photos": [token]})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("ends_in", "status", "words"),
    [
        (timedelta(hours=2), TaskStatus.RUNNING, "待完成"),
        (-timedelta(hours=2), TaskStatus.RUNNING, "过期补交"),
        (timedelta(hours=2), TaskStatus.WITHDRAWN, "总部已撤回"),
    ],
)
def test_the_task_page_says_how_it_stands(
    phone: SignIn, brand: Brand, ends_in: timedelta, status: TaskStatus, words: str
) -> None:
    number = _task(brand, brand.ai, AnswerKind.TAP, ends_in=ends_in, status=status)
    assert words in phone(brand.ai).page(f"/sidebar/tasks/{number}")


def test_a_late_tap_is_kept_as_late(phone: SignIn, brand: Brand) -> None:
    number = _task(brand, brand.ai, AnswerKind.TAP, ends_in=-timedelta(hours=1))
    assert (phone(brand.ai).post(f"/sidebar/tasks/{number}", {}).json or {})["outcome"] == "late"


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(out, "PNG", compress_level=9)
    return out.getvalue()


def test_what_is_no_photo_is_refused_with_the_reason_and_memory_stays_flat(phone: SignIn, brand: Brand) -> None:
    hers = phone(brand.ai)
    bad = bomb()
    assert len(bad) < 200_000
    hers.page("/sidebar/tasks")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = [
        (send_photo(hers, b"%PDF-1.7\n" + b"x" * 5000, "photo.jpg"), 422, "不是照片"),
        (send_photo(hers, bad, "bomb.png"), 422, "尺寸太大"),
        (send_photo(hers, picture()[:2000]), 422, "损坏"),
        (send_photo(hers, b""), 422, "不是照片"),
        (hers.post("/sidebar/photos", data={}), 422, "没有收到"),
        (send_photo(hers, b"\xff\xd8\xff" + b"\0" * (11 * 1024 * 1024)), 413, "10 MB"),
    ]
    for answer, status, words in refused:
        assert answer.status_code == status, answer.text[:200]
        assert words in (answer.json or {})["message"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80_000


def test_sixty_megabytes_are_refused_unread(phone: SignIn, brand: Brand) -> None:
    answer = send_photo(phone(brand.ai), b"\xff\xd8\xff" + b"\0" * (60 * 1024 * 1024))
    assert answer.status_code == 413


def test_a_photo_is_turned_upright_and_loses_its_place(phone: SignIn, brand: Brand) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretPhone"
    number = _task(brand, brand.ai)
    hers = phone(brand.ai)
    token = (send_photo(hers, picture(size=(400, 200), exif=exif)).json or {})["photo"]
    hers.post(f"/sidebar/tasks/{number}", {"photos": [token]})
    shown = hers.get(f"/sidebar/tasks/{number}/photos/0").data
    assert Image.open(io.BytesIO(shown)).size == (200, 400)
    assert b"SecretPhone" not in shown


def test_the_morning_list_shows_who_is_due_and_each_is_done_once(phone: SignIn, brand: Brand) -> None:
    with transaction() as session:
        seed_care_nodes(session)
        due, other = make_follow(session, brand.ai, "wm1", days_ago=1), make_follow(session, brand.far, "wm2", days_ago=1)
        make_follow(session, brand.ai, "wm3", days_ago=2)
        node = session.scalars(select(CareNode).where(CareNode.day == 1)).one()
    hers = phone(brand.ai)
    text = hers.page("/sidebar/care")
    assert "wm1" in text
    assert "wm2" not in text
    row = hers.post(f"/sidebar/care/{due.id}/{node.id}", data={"outcome": "done"})
    assert "已完成" in row.text
    assert hers.post(f"/sidebar/care/{due.id}/{node.id}", data={"outcome": "done"}).status_code == 200
    assert hers.post(f"/sidebar/care/{due.id}/{node.id}", data={"outcome": "?"}).status_code == 422
    assert hers.post(f"/sidebar/care/{other.id}/{node.id}", data={"outcome": "done"}).status_code == 404
    with transaction() as session:
        assert len(session.scalars(select(CareDone)).all()) == 1


def test_a_photo_cut_off_in_the_middle_is_refused_not_crashed(phone: SignIn, brand: Brand) -> None:
    ai = phone(brand.ai)
    whole = io.BytesIO()
    picture = Image.effect_noise((1200, 900), 80).convert("RGB")
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(whole, "JPEG", exif=exif)
    for size in (40, 200, len(whole.getvalue()) // 2):
        broken = io.BytesIO(whole.getvalue()[:size])
        answer = ai.post("/sidebar/photos", data={"photo": (broken, "a.jpg")}, content_type="multipart/form-data")
        assert answer.status_code == 422, (size, answer.text)
