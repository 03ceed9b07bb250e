"""Saving, publishing, recording sends; posters drawn once; the starter library."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content_library.actions import (
    claim_wanted_pictures,
    keep_drawn,
    keep_picture,
    publish_item,
    record_send,
    save_item,
    want_pictures,
)
from content_library.layout import TextBox, layout_of, problem_of
from content_library.lettering import Fitted, cells_of, fit, font_of
from content_library.models import Category, Item, ItemKind, ItemSend, PosterRender
from content_library.pictures import decoded, open_picture
from content_library.posters import MAX_BYTES, PosterFacts, draw_poster, draw_version
from content_library.queries import find_drawn, get_item_for, list_pictures
from foundation import clock
from foundation.blobs import read_blob
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from org.models import Staff
from tests.builders.content_library import POSTER, make_poster, make_script

People = dict[str, Staff]


def test_a_send_reported_twice_is_one_send(session: Session, people: People) -> None:
    item = make_script(session, people["hq"])
    assert item.version_id
    first = record_send(session, people["guide"].id, 7, item.id, item.version_id, once="k1", at=clock.now())
    again = record_send(session, people["guide"].id, 7, item.id, item.version_id, once="k1", at=clock.now())
    other = record_send(session, people["far"].id, 7, item.id, item.version_id, once="k1", at=clock.now())
    assert first is not None
    assert again is None
    assert other is not None
    assert session.scalar(select(func.count()).select_from(ItemSend)) == 2


def test_a_send_of_another_items_version_is_refused(session: Session, people: People) -> None:
    item, other = make_script(session, people["hq"]), make_script(session, people["hq"], title="别的")
    assert other.version_id
    with pytest.raises(NotFound):
        record_send(session, people["guide"].id, 7, item.id, other.version_id, once="k", at=clock.now())


def test_guides_and_other_regions_may_not_edit(session: Session, people: People) -> None:
    with pytest.raises(NotAllowed):
        make_script(session, people["guide"])
    national = make_script(session, people["hq"])
    with pytest.raises(NotAllowed):
        save_item(session, people["region"], ItemKind.SCRIPT, "改", {"bubbles": ["x"]}, item_id=national.id)


def test_a_bad_item_is_refused_with_its_fields(session: Session, people: People) -> None:
    with pytest.raises(Invalid) as refused:
        save_item(session, people["hq"], ItemKind.POSTER, "", {"texts": [{"text": "x"}]})
    assert set(refused.value.fields) == {"title", "body"}


def test_a_draft_changes_nothing_guides_see_until_it_is_published(session: Session, people: People) -> None:
    autumn, winter = Category(name="秋", order=1), Category(name="冬", order=2)
    session.add_all([autumn, winter])
    session.flush()
    until = clock.now() + clock.days(7)
    item = make_script(session, people["hq"], category_id=autumn.id, stage="成长期", valid_until=until)
    later = clock.now() + clock.days(1)
    save_item(
        session, people["hq"], ItemKind.SCRIPT, "改", {"bubbles": ["x"]}, item_id=item.id,
        category_id=winter.id, stage="休眠期", path="1.3.", valid_from=later,
    )  # fmt: skip
    session.expire_all()
    shown, version = get_item_for(session, "1.2.21.", item.id)
    assert (shown.category_id, shown.stage, shown.path, shown.valid_from) == (autumn.id, "成长期", "", None)
    assert version.number == 1
    publish_item(session, people["hq"], item.id)
    session.expire_all()
    published = session.get_one(Item, item.id)
    assert (published.category_id, published.stage, published.path) == (winter.id, "休眠期", "1.3.")
    assert (published.valid_from, published.valid_until) == (later, until)


def test_what_is_not_given_on_saving_stays_as_it_was(session: Session, people: People) -> None:
    until = clock.now() + clock.days(7)
    item = make_script(session, people["hq"], stage="成长期", path="1.2.", valid_until=until)
    save_item(session, people["region"], ItemKind.SCRIPT, "改", {"bubbles": ["x"]}, item_id=item.id)
    publish_item(session, people["hq"], item.id)
    assert (item.title, item.stage, item.path, item.valid_until) == ("改", "成长期", "1.2.", until)
    with pytest.raises(Invalid):
        save_item(
            session, people["hq"], ItemKind.SCRIPT, "改", {"bubbles": ["x"]}, item_id=item.id, valid_from=until + clock.days(1)
        )


def test_a_script_cannot_become_a_poster(session: Session, people: People) -> None:
    item = make_script(session, people["hq"])
    with pytest.raises(Conflict):
        save_item(session, people["hq"], ItemKind.POSTER, "海报", POSTER, item_id=item.id)


@pytest.mark.parametrize(
    "change",
    [
        {"width": 5000}, {"height": 10}, {"unknown": 1}, {"qr": {"x": 700, "y": 0, "size": 200}},
        {"background": {"colours": ["red"]}}, {"background": {"blob_key": "../../etc/passwd"}},
    ],
)  # fmt: skip
def test_a_bad_layout_says_what_is_wrong(change: dict[str, object]) -> None:
    assert problem_of({**POSTER, **change})


def test_a_poster_is_drawn_once_for_the_same_facts(session: Session, people: People) -> None:
    item = make_poster(session, people["hq"])
    version = get_item_for(session, "1.2.21.", item.id)[1]
    facts = PosterFacts(people["guide"].id, "李小美", "上海徐家汇店", qr_link="https://work.weixin.qq.com/ca/x")
    assert find_drawn(session, version.id, facts) is None
    key = draw_version(version.body, facts)
    keep_drawn(session, version.id, facts, key)
    keep_drawn(session, version.id, facts, key)
    assert find_drawn(session, version.id, facts) == key
    assert session.scalar(select(func.count()).select_from(PosterRender)) == 1
    picture = Image.open(io.BytesIO(read_blob(key)))
    assert (picture.format, picture.size) == ("JPEG", (750, 1334))
    renamed = PosterFacts(people["guide"].id, "李美美", "上海徐家汇店", qr_link="https://work.weixin.qq.com/ca/x")
    assert find_drawn(session, version.id, renamed) is None
    assert draw_version(version.body, renamed) != key


def test_a_script_is_no_poster(session: Session, people: People) -> None:
    version = get_item_for(session, "1.", make_script(session, people["hq"]).id)[1]
    with pytest.raises(NotFound):
        draw_version(version.body, PosterFacts(people["guide"].id, "李", "店"))


@pytest.mark.parametrize("name", ["李小美😀👩‍👩‍👧", "É́́ tête", "名" * 300, "", "‮abc", "W" * 300, "\n\n"])
def test_any_name_can_be_drawn(name: str) -> None:
    assert len(draw_poster(layout_of(POSTER), PosterFacts(1, name, name))) <= MAX_BYTES


def test_characters_without_a_glyph_are_left_out() -> None:
    paragraphs, left_out = cells_of("小美𠮷\u200d店\u202e\n二层", "bold")
    assert ["".join(cell.text for cell in cells) for cells in paragraphs] == ["小美店", "二层"]
    assert left_out == "𠮷"


def test_long_words_shrink_wrap_and_are_cut_with_an_ellipsis() -> None:
    box = TextBox(text="", x=0, y=0, w=200, h=80, size=40, min_size=20, lines=2)
    short = fit(cells_of("徐家汇店", box.weight)[0], box)
    assert (_words(short), short.size, short.cut) == (["徐家汇店"], 40, False)
    shrunk = fit(cells_of("上海徐家汇港汇恒隆广场", box.weight)[0], box)
    assert (len(shrunk.lines), 20 < shrunk.size < 40, shrunk.cut) == (2, True, False)
    long = fit(cells_of("上海徐家汇港汇恒隆广场旗舰体验店二层东区三号电梯旁", box.weight)[0], box)
    assert (len(long.lines), long.size, long.cut) == (2, 20, True)
    assert _words(long)[-1].endswith("…")
    assert len(long.lines) * long.height <= 80
    assert all(font_of(box.weight, long.size).getlength(line) <= 200 for line in _words(long))


def _words(fitted: Fitted) -> list[str]:
    return ["".join(cell.text for cell in line) for line in fitted.lines]


def _png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("content", [b"%PDF-1.7 not a photo", b"", b"\xff\xd8\xff", b"GIF89a" + b"\0" * 50, _png(7000, 6000)])
def test_what_is_no_reasonable_photo_is_refused_before_decoding(content: bytes) -> None:
    with pytest.raises(Invalid):
        open_picture(content)


def test_a_half_photo_is_refused_and_a_transparent_one_gets_white() -> None:
    out = io.BytesIO()
    Image.effect_noise((400, 400), 50).save(out, "PNG")
    with pytest.raises(Invalid):
        decoded(open_picture(out.getvalue()[: len(out.getvalue()) // 2]), 100)
    clear = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(clear, "PNG")
    assert decoded(open_picture(clear.getvalue()), 20).getpixel((5, 5)) == (255, 255, 255)


def test_wanted_pictures_are_claimed_once_and_kept(session: Session) -> None:
    want_pictures(session, ["http://cdn.test/a.png", "http://cdn.test/a.png", ""])
    want_pictures(session, ["http://cdn.test/a.png"])
    assert claim_wanted_pictures(session) == ["http://cdn.test/a.png"]
    assert claim_wanted_pictures(session) == []
    keep_picture(session, "http://cdn.test/a.png", None)
    kept = keep_picture(session, "http://cdn.test/a.png", b"picture")
    keep_picture(session, "http://cdn.test/a.png", None)
    assert kept.tries == 3
    assert list_pictures(session, ["http://cdn.test/a.png"])["http://cdn.test/a.png"].blob_key == kept.blob_key
