"""Posters: nothing leaves its box, whatever is written; the picture is what it was; small, quick to cache, and told apart."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from content_library.layout import TextBox, layout_of, problems_of
from content_library.lettering import _Text, cells_of, draw_text, fit
from content_library.posters import MAX_BYTES, PosterFacts, draw_poster, jpeg, proof
from content_library.starter_library import FOLDER
from foundation.blobs import keep_blob

KEPT = Path(__file__).parent / "posters"
SHORT = PosterFacts(1, "林晓", "万象城店", qr_link="https://work.weixin.qq.com/ca/abc")
LONG = PosterFacts(
    2, "欧阳慕容雪晴（资深搭配顾问）", "雪岭羽绒北京市朝阳区大悦城购物中心三层旗舰店", qr_link="https://work.weixin.qq.com/ca/abc"
)
RARE = PosterFacts(3, "𬱖㛃🌸❤️👨‍👩‍👧Cindy𠮷", "<b>龙湖</b>&天街店", qr_link="https://work.weixin.qq.com/ca/abc")
TEMPLATES = json.loads((FOLDER / "posters.json").read_text(encoding="utf-8"))
# Pixels may differ a little between builds of the font library, words and places may not.
FARTHEST, MEAN = 0.012, 1.5


def _picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def _compare(name: str, content: bytes) -> None:
    drawn, path = _picture(content).reduce(2), KEPT / f"{name}.png"
    if not path.exists():
        drawn.save(path)
        pytest.fail(f"{path} was missing and is now written: look at it and keep it")
    kept = Image.open(path).convert("RGB")
    assert kept.size == drawn.size
    difference = ImageChops.difference(kept, drawn).convert("L")
    far = sum(difference.histogram()[40:]) / (drawn.width * drawn.height)
    if far > FARTHEST or ImageStat.Stat(difference).mean[0] > MEAN:
        out = Path("/tmp") / f"poster-{name}-differs.png"
        Image.merge("RGB", [difference.point(lambda value: min(255, value * 4))] * 3).save(out)
        pytest.fail(f"{far:.2%} of the pixels differ from {path}; the difference: {out}")


@pytest.mark.parametrize(("number", "facts"), [(0, SHORT), (6, LONG), (11, RARE)], ids=["short", "long", "rare"])
def test_a_starter_poster_looks_as_it_did(number: int, facts: PosterFacts) -> None:
    _compare(f"starter{number}", draw_poster(layout_of(TEMPLATES[number]["body"]), facts))


def test_every_starter_poster_can_be_drawn_and_weighs_little() -> None:
    assert len(TEMPLATES) >= 8
    for entry in TEMPLATES:
        assert problems_of(entry["body"]) == {}, entry["title"]
        picture, notes = proof(layout_of(entry["body"]), SHORT)
        assert notes == [], entry["title"]
        assert len(picture) <= MAX_BYTES


LETTERS = "轻暖羽绒服 ，。\n🌸❤\ufe0f\u200d𬱖{}AbcW1"
words = st.text(st.one_of(st.characters(), st.sampled_from(LETTERS)), max_size=120)
# A form takes no half of a surrogate pair; a name may have come with one.
typed = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(LETTERS)), max_size=120)


@settings(max_examples=150, deadline=None)
@given(
    typed,
    st.integers(1, 260),
    st.integers(1, 160),
    st.integers(12, 120),
    st.integers(1, 4),
    st.sampled_from(["left", "center", "right"]),
)
def test_any_text_is_drawn_and_never_leaves_its_box(text: str, w: int, h: int, size: int, lines: int, align: Any) -> None:
    box = TextBox(
        text=text[:300], x=30, y=20, w=w, h=h, size=size, min_size=10, lines=lines, align=align, weight="bold", colour="#000000"
    )
    canvas = Image.new("RGB", (320, 200), "#ffffff")
    draw_text(canvas, text, box)
    canvas.paste("#ffffff", (30, 20, 30 + w, 20 + h))
    assert canvas.getextrema() == ((255, 255),) * 3


@settings(max_examples=60, deadline=None)
@given(words, words)
def test_any_name_makes_a_poster(name: str, store: str) -> None:
    picture = draw_poster(layout_of(TEMPLATES[3]["body"]), PosterFacts(1, name, store, qr_link="https://a.cn/1"))
    assert _picture(picture).size == (750, 1334)


@settings(max_examples=200, deadline=None)
@given(
    st.text("轻暖，  。\n🌸AbcWaaaa bbbbbb", max_size=120), st.integers(1, 500), st.integers(1, 400), st.integers(12, 200),
    st.integers(10, 60), st.integers(1, 12),
)  # fmt: skip
def test_the_size_is_the_largest_that_fits_of_all(text: str, w: int, h: int, size: int, least: int, lines: int) -> None:
    box = TextBox(text=text, x=0, y=0, w=w, h=h, size=size, min_size=least, lines=lines)
    paragraphs = cells_of(text.strip(), box.weight)[0]
    measured, smallest, right = _Text(paragraphs, box.weight), min(size, least), None
    for one in [*range(size, smallest, -2), smallest]:
        broken, height = measured.wrapped(one, w) or [], round(one * 1.35)
        fits = len(broken) <= lines and len(broken) * height <= max(h, height)
        if fits and all(measured.width(line, one) <= w for line in broken):
            right = (one, tuple(tuple(line) for line in broken))
            break
    found = fit(paragraphs, box)
    assert (found.size, found.lines) == right if right else (found.size, found.cut) == (smallest, True)


def test_what_is_cut_or_has_no_glyph_is_told() -> None:
    body = {"texts": [{"text": "{导购}", "x": 40, "y": 40, "w": 200, "h": 40, "size": 40, "min_size": 30, "lines": 1},
                      {"text": "店里见𠮷", "x": 40, "y": 140, "w": 400, "h": 60, "size": 40}]}  # fmt: skip
    notes = proof(layout_of(body), LONG)[1]
    assert [(one.box, one.cut, one.left_out) for one in notes] == [(0, True, ""), (1, False, "𠮷")]
    assert [one.box for one in proof(layout_of(body), SHORT)[1]] == [1]


def test_an_emoji_is_drawn_in_colour() -> None:
    body = {"texts": [{"text": "❤️🌸", "x": 40, "y": 40, "w": 300, "h": 90, "size": 60}]}
    shown = _picture(draw_poster(layout_of(body), SHORT)).crop((40, 40, 340, 130))
    red, green, _ = shown.split()
    assert max(ImageChops.subtract(red, green).tobytes()) > 80


def test_a_picture_of_noise_still_weighs_at_most_300_kb() -> None:
    noise = Image.effect_noise((1500, 2000), 255).convert("RGB")
    assert len(jpeg(noise)) <= MAX_BYTES
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    layout = layout_of({"width": 1500, "height": 2000, "background": {"blob_key": keep_blob(out.getvalue())}})
    assert len(draw_poster(layout, SHORT)) <= MAX_BYTES


def test_problems_stand_at_their_element_in_chinese() -> None:
    body = {"texts": [{"text": "长", "x": 700, "y": 0, "w": 200, "h": 40, "size": 40}], "qr": {"x": 0, "y": 0, "size": 200}}
    assert problems_of(body) == {"texts.0": "超出了海报右边 150 像素"}
    wrong = {
        "texts": [{"text": "字" * 301, "x": 0, "y": 0, "w": 9, "h": None, "size": 900}],
        "panels": [{"x": 0, "colour": "red"}],
    }
    told = problems_of(wrong)
    assert (told["texts.0.text"], told["texts.0.h"], told["texts.0.size"]) == ("最多 300 个字", "请填整数", "不能大于 200")
    assert (told["panels.0.colour"], told["panels.0.y"]) == ("颜色写成 #rrggbb", "还没有填")
