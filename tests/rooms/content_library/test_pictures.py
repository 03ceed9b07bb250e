"""Pictures as they are kept and shown: nothing of the photographer left in them, upright, small ones made once, few at once."""

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageChops, ImageStat

from content_library import pictures, thumbnails
from content_library.models import ItemKind
from content_library.pictures import AT_ONCE, as_photo, decoded, open_picture
from content_library.posters import draw_poster
from content_library.thumbnails import small_of, small_picture
from content_library.uploads import LONGEST_SIDE, checked_upload
from foundation.blobs import keep_blob, made_path
from foundation.errors import Invalid, NotFound
from tests.builders.content_library import POSTER

SECRET = b"Leica of Wang Min"


def _exif(orientation: int) -> Image.Exif:
    """What a telephone writes: how it was held, whose it is, and where it was."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation], exif[ExifTags.Base.Make] = orientation, SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (31.0, 12.0, 3.0)
    return exif


def _photo(kind: str = "JPEG", orientation: int = 6, size: tuple[int, int] = (400, 300), **rest: Any) -> bytes:
    """Lying on its side, its left half red."""
    shown, out = Image.new("RGB", size, "#2040c0"), io.BytesIO()
    shown.paste("#d02020", (0, 0, size[0] // 2, size[1]))
    shown.save(out, kind, exif=_exif(orientation), **rest)
    return out.getvalue()


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def _drawn(size: tuple[int, int], kind: str, mode: str = "RGB", **rest: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **rest)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_kept_picture_is_upright_and_tells_nothing_of_who_took_it_and_where(kind: str) -> None:
    content = _photo(kind, comment=SECRET) if kind == "JPEG" else _photo(kind)
    assert SECRET in content
    assert _opened(content).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    kept = checked_upload(ItemKind.IMAGE, "a.jpg", content).content
    shown = _opened(kept)
    assert (shown.format, shown.size) == (kind, (300, 400))
    assert (dict(shown.getexif()), SECRET in kept, "comment" in shown.info) == ({}, False, False)
    top, bottom = (shown.convert("RGB").crop((150, y, 151, y + 1)).tobytes() for y in (50, 350))
    assert top[0] > 150 > top[2]
    assert bottom[2] > 150 > bottom[0]


def test_what_is_right_already_keeps_its_pixels_its_colours_and_what_is_clear() -> None:
    noise, jpeg = Image.effect_noise((300, 200), 80).convert("RGB"), io.BytesIO()
    noise.save(jpeg, "JPEG", quality=83, icc_profile=b"profile")
    kept = _opened(checked_upload(ItemKind.IMAGE, "a.jpg", jpeg.getvalue()).content)
    assert kept.info["icc_profile"] == b"profile"
    assert ImageStat.Stat(ImageChops.difference(kept, _opened(jpeg.getvalue()))).mean[0] < 1.5
    again = checked_upload(ItemKind.IMAGE, "a.jpg", jpeg.getvalue()).content
    assert again == checked_upload(ItemKind.IMAGE, "b.jpg", jpeg.getvalue()).content
    for mode in ("RGBA", "P", "LA", "1", "I;16", "L"):
        content = _drawn((30, 20), "PNG", mode, **({"transparency": 0} if mode == "P" else {}))
        shown = _opened(checked_upload(ItemKind.IMAGE, "a.png", content).content)
        assert (shown.format, shown.size) == ("PNG", (30, 20)), mode
        if mode in {"RGBA", "P", "LA"}:
            assert shown.convert("RGBA").getpixel((5, 5))[3] == 0, mode  # type: ignore[index]
        small = decoded(open_picture(content), 10)
        assert (small.mode, small.getpixel((5, 5))) == ("RGB", (255,) * 3 if mode in {"RGBA", "P", "LA"} else (0,) * 3), mode


def test_a_telephones_double_picture_is_kept_as_one_jpeg() -> None:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "#d02020").save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (80, 60))])
    assert open_picture(out.getvalue()).format == "MPO"
    kept = checked_upload(ItemKind.IMAGE, "a.jpg", out.getvalue()).content
    assert (_opened(kept).format, b"MPF" in kept, len(kept) < len(out.getvalue())) == ("JPEG", False, True)


def test_a_cmyk_picture_is_kept_in_colours_a_browser_shows() -> None:
    kept = _opened(checked_upload(ItemKind.IMAGE, "a.jpg", _drawn((60, 40), "JPEG", "CMYK", icc_profile=b"of ink")).content)
    assert (kept.mode, "icc_profile" in kept.info) == ("RGB", False)


def test_a_large_photo_becomes_small_and_a_long_one_too() -> None:
    assert _opened(checked_upload(ItemKind.IMAGE, "a.jpg", _photo(size=(5000, 2000))).content).size == (
        round(2000 * LONGEST_SIDE / 5000), LONGEST_SIDE,
    )  # fmt: skip
    assert _opened(as_photo(_photo(orientation=1, size=(8000, 40)), 800)).size == (800, 4)


@pytest.mark.parametrize(
    "content",
    [
        _drawn((4100, 3000), "PNG", "1"), _drawn((4100, 3000), "WEBP"), _drawn((6100, 4000), "JPEG", "L", progressive=True),
        _drawn((8000, 5100), "JPEG", "L"),
    ],
    ids=["png", "webp", "progressive", "jpeg"],
)  # fmt: skip
def test_what_would_stand_whole_in_memory_is_refused_by_its_header(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_decoded", lambda *_: pytest.fail("decoded"))
    with pytest.raises(Invalid, match="尺寸太大"):
        open_picture(content)
    with pytest.raises(Invalid, match="尺寸太大"):
        checked_upload(ItemKind.IMAGE, "a", content)


def test_an_ordinary_large_one_is_still_taken() -> None:
    assert open_picture(_drawn((4000, 3000), "PNG", "1")).size == (4000, 3000)
    assert open_picture(_drawn((7700, 5100), "JPEG", "L")).size == (7700, 5100)


class Counted:
    """Counts who decodes, and how many do at once."""

    def __init__(self) -> None:
        self._real, self._lock, self._now, self.times, self.most = pictures._decoded, threading.Lock(), 0, 0, 0

    def __call__(self, picture: Image.Image, longest: int) -> Image.Image:
        with self._lock:
            self._now, self.times = self._now + 1, self.times + 1
            self.most = max(self.most, self._now)
        time.sleep(0.01)
        whole = self._real(picture, longest)
        with self._lock:
            self._now -= 1
        return whole


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counts = Counted()
    monkeypatch.setattr(pictures, "_decoded", counts)
    return counts


def test_however_many_ask_few_decode_at_once(counted: Counted) -> None:
    deeds = [
        lambda: decoded(open_picture(_photo()), 100),
        lambda: as_photo(_photo(), 100),
        lambda: checked_upload(ItemKind.IMAGE, "a.jpg", _photo()),
    ]
    with ThreadPoolExecutor(12) as pool:
        for done in [pool.submit(deed) for deed in deeds * 4]:
            done.result()
    assert (counted.times, counted.most) == (12, AT_ONCE)


def test_a_broken_picture_gives_its_turn_back() -> None:
    broken = _photo(size=(900, 900))[:4000]
    for _ in range(AT_ONCE + 1):
        with pytest.raises(Invalid, match="损坏"):
            checked_upload(ItemKind.IMAGE, "a.jpg", broken)
    assert checked_upload(ItemKind.IMAGE, "a.jpg", _photo())


def test_a_small_picture_is_decoded_once_for_all_who_ask(counted: Counted) -> None:
    key = keep_blob(_photo(size=(640, 481)))
    with ThreadPoolExecutor(12) as pool:
        found = {one.result() for one in [pool.submit(small_picture, key, 120) for _ in range(24)]}
    assert (counted.times, found) == (1, {made_path(key, "120")})
    assert max(_opened(found.pop().read_bytes()).size) == 120
    assert small_picture(key, 60) != small_picture(key, 120)
    assert counted.times == 2
    for gone in ("0" * 64, keep_blob(b"no picture at all")):
        with pytest.raises(NotFound):
            small_picture(gone, 120)
        assert not made_path(gone, "120").exists()


def test_a_posters_small_picture_is_drawn_once_and_anew_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    real, drawn = draw_poster, list[Any]()

    def counting(*given: Any) -> bytes:
        drawn.append(given)
        return real(*given)

    monkeypatch.setattr(thumbnails, "draw_poster", counting)
    first = {small_of(ItemKind.POSTER, POSTER, 122) for _ in range(3)}
    assert (len(first), len(drawn)) == (1, 1)
    assert small_of(ItemKind.POSTER, {**POSTER, "price": "¥1"}, 122) not in first
    with pytest.raises(NotFound):
        small_of(ItemKind.FILE, {"blob_key": keep_blob(_photo())}, 122)


@pytest.mark.parametrize(
    ("name", "fine"), [("价目.PDF", True), ("a.docx", True), ("a.apk", False), ("a.pdf.exe", False), ("", False)]
)
def test_only_documents_are_sent_as_files(name: str, fine: bool) -> None:
    if fine:
        assert checked_upload(ItemKind.FILE, name, b"%PDF-1.7 anything").filename == name
        return
    with pytest.raises(Invalid, match="不支持这种文件"):
        checked_upload(ItemKind.FILE, name, b"%PDF-1.7 anything")
