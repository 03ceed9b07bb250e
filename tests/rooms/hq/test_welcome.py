"""The brand's welcome in the console: words and picture checked, kept together, audited, and only by headquarters."""

import io
import re

import pytest
from PIL import Image

from acquisition.models import Welcome
from foundation.audit import AuditEvent
from foundation.blobs import read_blob
from foundation.db import transaction
from outbox.models import PlatformMedia


def _picture(form: str = "PNG", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#c22f2f").save(out, form)
    return out.getvalue()


def _upload(content: bytes, name: str = "a.png") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def _kept() -> tuple[str, bytes]:
    with transaction() as session:
        welcome = session.query(Welcome).one()
        return welcome.text, read_blob(session.get_one(PlatformMedia, welcome.picture_key).blob_key)


def test_headquarters_changes_words_and_picture_and_the_deed_is_audited(brand, sign_in):
    hq = sign_in(brand.headquarters)
    assert "{客户称呼}好" in hq.get("/hq/welcome")
    content = _picture()
    answer = hq.post("/hq/welcome", text="{客户称呼}您好，我是{门店}的{导购}", picture=_upload(content))
    assert answer.status_code == 302
    assert _kept() == ("{客户称呼}您好，我是{门店}的{导购}", content)
    assert hq.client.get("/hq/welcome/picture").data == content
    with transaction() as session:
        deed = session.query(AuditEvent).filter_by(action="welcome.saved").one()
        assert (deed.actor, deed.facts["new_picture"]) == (f"staff:{brand.headquarters.id}", True)
    hq.post("/hq/welcome", text="只改字")
    assert _kept() == ("只改字", content)


@pytest.mark.parametrize(
    ("text", "words"),
    [(" ", "1 到 2000 个字"), ("长" * 1334, "字节"), ("a" * 2001, "1 到 2000 个字"), ("你好{昵称}", "不认识的变量")],
)
def test_bad_words_change_nothing_and_both_words_and_picture_are_kept_in_the_form(brand, sign_in, text, words):
    hq, content = sign_in(brand.headquarters), _picture("JPEG")
    hq.get("/hq/welcome")
    before = _kept()
    answer = hq.post("/hq/welcome", text=text, picture=_upload(content))
    assert answer.status_code == 422
    assert words in answer.text
    assert f">{text.strip()}</textarea>" in answer.text
    assert _kept() == before
    token = re.search(r'name="kept" value="([^"]+)"', answer.text)
    assert token
    assert hq.client.get(f"/hq/welcome/picture?kept={token.group(1)}").data == content
    assert hq.post("/hq/welcome", text="改好了", kept=token.group(1)).status_code == 302
    assert _kept() == ("改好了", content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 named like a picture", "这不是照片"),
        (_picture("WEBP"), "请上传 JPG 或 PNG"),
        (_picture()[:-30], "损坏"),
        (_picture(size=(6000, 5000)), "尺寸太大"),
    ],
)
def test_what_is_no_fit_picture_is_refused_by_its_content_and_the_words_stay(brand, sign_in, content, words):
    hq = sign_in(brand.headquarters)
    hq.get("/hq/welcome")
    before = _kept()
    answer = hq.post("/hq/welcome", text="新的欢迎语", picture=_upload(content))
    assert answer.status_code == 422
    assert 'id="picture-problem"' in answer.text
    assert words in answer.text
    assert ">新的欢迎语</textarea>" in answer.text
    assert _kept() == before


def test_a_forged_name_of_a_picture_is_no_picture(brand, sign_in):
    hq = sign_in(brand.headquarters)
    hq.get("/hq/welcome")
    _, picture = _kept()
    assert hq.post("/hq/welcome", text="好", kept="a" * 64).status_code == 302
    assert _kept() == ("好", picture)


def test_only_headquarters_sees_and_changes_the_welcome(brand, sign_in):
    for staff in (brand.east, brand.manager):
        other = sign_in(staff)
        assert other.status("/hq/welcome") == 403
        assert other.post("/hq/welcome", text="我的").status_code == 403
        assert "/hq/welcome" not in other.get("/hq/board")
    assert 'href="/hq/welcome"' in sign_in(brand.headquarters).get("/hq/")
