"""Uploads and posters as an attacker sends them: a token stands for what was checked, nothing is emptied, nothing costs much."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import ExifTags, Image

from content_library import lettering, pictures
from content_library.actions import publish_item, save_item
from content_library.layout import MOST_PANELS, problems_of
from content_library.models import Item, ItemKind, ItemVersion
from foundation.blobs import keep_blob, read_blob
from foundation.db import transaction
from hq.poster_forms import LONGEST_NOTES, MOST_NOTES
from org.models import Staff
from tests.builders.content_library import POSTER, make_poster
from tests.builders.sop import Brand
from tests.rooms.hq.conftest import Browser

SignIn = Callable[[Staff], Any]
PDF = b"%PDF-1.7 " + b"x" * 40


def _photo() -> bytes:
    exif, out = Image.Exif(), io.BytesIO()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (31.0, 12.0, 3.0)
    Image.new("RGB", (400, 300), "#d02020").save(out, "JPEG", exif=exif)
    return out.getvalue()


def _upload(browser: Browser, kind: str, content: bytes, name: str) -> Any:
    token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/hq/content/new"))
    assert token
    headers = {"X-CSRFToken": token.group(1), "X-File-Name": name, "Accept": "application/json"}
    path = f"/hq/content/uploads?kind={kind}"
    return browser.client.post(path, data=content, headers=headers, content_type="application/octet-stream")


def test_a_file_checked_as_one_kind_is_attached_to_no_other(sign_in: SignIn, brand: Brand) -> None:
    hq = sign_in(brand.headquarters)
    page, photo = _upload(hq, "file", PDF, "a.pdf").json, _upload(hq, "image", _photo(), "a.jpg").json
    for kept, kind in ((page, "image"), (page, "look"), (page, "video"), (photo, "file"), (photo, "video")):
        answer = hq.post("/hq/content/new", kind=kind, title="换了种类", kept=kept["kept"])
        assert answer.status_code == 422, kind
    assert hq.client.get(page["url"]).data == PDF
    body = {"pictures": [{"x": 0, "y": 0, "w": 9, "h": 9, "blob_key": keep_blob(PDF)}]}
    assert hq.post("/hq/posters/preview", layout=json.dumps(body), kept=page["kept"]).status_code == 422
    assert hq.client.get(f"/hq/content/import/check?kept={page['kept']}").status_code == 422
    with transaction() as session:
        assert session.query(Item).filter_by(title="换了种类").all() == []
    assert hq.post("/hq/content/new", kind="file", title="文件", kept=page["kept"]).status_code == 302
    assert hq.post("/hq/content/new", kind="image", title="照片", kept=photo["kept"]).status_code == 302
    assert _upload(hq, "file", b"PK\3\4" + b"x" * 90, "a.apk").status_code == 422
    assert _upload(hq, "file", b"PK\3\4" + b"x" * 90, "a.apk").json["message"].startswith("不支持这种文件")


def test_a_sheet_is_no_upload(sign_in: SignIn, brand: Brand) -> None:
    hq = sign_in(brand.headquarters)
    sheet = hq.post("/hq/content/import", file=(io.BytesIO("标题,第1条\na,b".encode()), "a.csv"))
    kept = re.search(r"kept=([^&\"]+)", sheet.location)
    assert kept
    assert hq.post("/hq/content/new", kind="file", title="表", kept=kept.group(1)).status_code == 422
    assert hq.client.get(f"/hq/content/uploads?kept={kept.group(1)}").status_code == 404


@pytest.mark.parametrize("door", ["form", "drop", "poster"])
def test_by_every_door_a_photo_is_kept_upright_and_without_its_place(sign_in: SignIn, brand: Brand, door: str) -> None:
    hq = sign_in(brand.headquarters)
    if door == "poster":
        answer = hq.post("/hq/posters/pictures", picture=(io.BytesIO(_photo()), "a.jpg")).json
        assert (answer["width"], answer["height"]) == (300, 400)
        content = read_blob(answer["blob_key"])
    elif door == "form":
        content = hq.client.get(_upload(hq, "image", _photo(), "a.jpg").json["url"]).data
    else:
        token = re.search(r'name="csrf-token" content="([^"]+)"', hq.get("/hq/content/files"))
        assert token
        headers = {"X-CSRFToken": token.group(1), "X-File-Name": "a.jpg", "Accept": "application/json"}
        assert hq.client.post("/hq/content/files", data=_photo(), headers=headers).status_code == 200
        with transaction() as session:
            item = session.query(Item).filter_by(title="a").one()
            version = session.query(ItemVersion).filter_by(item_id=item.id).one()
        content = read_blob(version.body["blob_key"])
    shown = Image.open(io.BytesIO(content))
    assert (shown.size, dict(shown.getexif())) == ((300, 400), {})


def test_a_list_that_knows_its_pictures_costs_no_decoding(sign_in: SignIn, brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    hq = sign_in(brand.headquarters)
    with transaction() as session:
        item = save_item(session, brand.headquarters, ItemKind.IMAGE, "照片", {"blob_key": keep_blob(_photo())})
        publish_item(session, brand.headquarters, item.id)
        poster = make_poster(session, brand.headquarters)
        paths = [f"/hq/content/{one.id}/versions/{one.version_id}/thumbnail" for one in (item, poster)]
    first = [hq.client.get(path) for path in paths]
    monkeypatch.setattr(pictures, "_decoded", lambda *_: pytest.fail("decoded again"))
    for path, answer in zip(paths, first, strict=True):
        assert Image.open(io.BytesIO(answer.data)).format == "JPEG"
        assert hq.client.get(path).data == answer.data
        told = hq.client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (told.status_code, told.data, told.headers["ETag"]) == (304, b"", answer.headers["ETag"])
        assert "immutable" in answer.headers["Cache-Control"]


def test_the_text_editor_never_empties_a_poster(sign_in: SignIn, brand: Brand) -> None:
    hq = sign_in(brand.headquarters)
    with transaction() as session:
        number = make_poster(session, brand.headquarters).id
    assert hq.post(f"/hq/content/{number}/edit", title="空了", then="publish").status_code == 404
    assert hq.post(f"/hq/posters/{number}", title="空了", layout="{}", then="keep").status_code == 422
    with transaction() as session:
        assert session.get_one(Item, number).title == "上新海报"
    empty = hq.post("/hq/posters/new", title="空的", layout=json.dumps({"background": {"colours": ["#ff0000"]}}))
    assert (empty.status_code, "还是空的" in empty.text) == (422, True)
    assert problems_of({"background": {"blob_key": "0" * 64}}) == {}


def test_panels_cover_a_poster_only_so_often(sign_in: SignIn, brand: Brand) -> None:
    panel = {"x": 0, "y": 0, "w": 750, "h": 1334, "colour": "#ff0000", "radius": 60}
    assert problems_of({**POSTER, "panels": [panel] * MOST_PANELS}) == {}
    answer = sign_in(brand.headquarters).post(
        "/hq/posters/preview", layout=json.dumps({**POSTER, "panels": [panel] * (MOST_PANELS + 1)})
    )
    assert (answer.status_code, "加起来太大了" in answer.json["problems"]["panels"]) == (422, True)


def test_forty_boxes_are_fitted_with_little_work_and_told_in_a_short_header(
    sign_in: SignIn, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = {"x": 0, "y": 0, "w": 300, "h": 60, "size": 200, "min_size": 40, "lines": 12}
    texts = [{**box, "text": f"{n}{{导购}}" + "𬱖𠮷很长的一句话" * 30} for n in range(40)]
    tried: list[int] = []
    real = lettering._Text.wrapped

    def counting(self: Any, size: int, *rest: Any) -> Any:
        tried.append(size)
        return real(self, size, *rest)

    monkeypatch.setattr(lettering._Text, "wrapped", counting)
    answer = sign_in(brand.headquarters).post("/hq/posters/preview", layout=json.dumps({"texts": texts}), guide="usual")
    assert answer.status_code == 200
    # Two drawings (hers, and of somebody with a long name) of forty boxes, of 80 sizes each.
    assert len(tried) <= 2 * 40 * 2
    told = answer.headers["X-Poster-Notes"]
    said = json.loads(told)
    assert len(told) <= LONGEST_NOTES
    assert 1 <= len(said["now"]) + len(said["long"]) <= MOST_NOTES
    assert len(said["now"]) + len(said["long"]) + said["more"] == 40
