"""What headquarters types outlives every refusal, and each refusal stands at its field."""

import json
import re

import pytest
from sqlalchemy import func, select

from content_library.actions import save_item
from content_library.bodies import wrong_bubbles
from content_library.categories import shelves, totals
from content_library.models import Category, Item, ItemComment, ItemKind, ItemStatus, ItemVersion
from content_library.persona_models import WatchedWord, WordKind
from content_library.word_actions import seed_words
from foundation import clock
from foundation.blobs import keep_blob
from foundation.db import transaction
from hq.poster_forms import blank_layout
from jobs.poster_jobs import draw_waiting
from tests.builders.content_library import make_category, make_poster, make_script
from tests.builders.personas import make_entry, make_persona

LONG = "双11当天到店试穿，送洗护小样一份，每人限一份，送完即止，以门店解释为准"


@pytest.fixture
def hq(brand, sign_in):
    return sign_in(brand.headquarters)


def _upload(browser, name, content):
    token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/hq/content/files")).group(1)
    headers = {"X-CSRFToken": token, "X-File-Name": name}
    return browser.client.post("/hq/content/files", data=content, headers=headers, content_type="application/octet-stream")


def test_the_message_that_is_wrong_is_the_one_marked(hq):
    assert wrong_bubbles(["好", "你好{昵称}", "长" * 1001, "{门店}"]) == {1, 2}
    page = hq.post("/hq/content/new", kind="script", title="降温", bubble=["好的", "你好{昵称}"]).text
    marks = re.findall(r'<textarea class="form-control( is-invalid)?" name="bubble"', page)
    assert marks == ["", " is-invalid"]


def test_a_gap_becomes_the_title_of_the_script_that_fills_it(hq):
    assert 'value="以旧&lt;换&gt;新"' in hq.get("/hq/content/new?title=以旧<换>新")
    assert f'value="{"长" * 60}"' in hq.get(f"/hq/content/new?title={'长' * 90}")


def test_a_refused_approval_keeps_the_reviewers_words_and_saves_none_of_it(hq, brand, sign_in):
    with transaction() as session:
        seed_words(session, brand.headquarters)
    made = sign_in(brand.east).post("/hq/content/new", kind="script", title="降温", bubble=["这是最好的"], then="submit")
    refused = hq.post(made.location + "/approve", comment="语气很好，理由见下")
    assert refused.status_code == 422
    assert 'id="because-problem"' in refused.text
    assert "语气很好，理由见下</textarea>" in refused.text
    with transaction() as session:
        assert session.query(Item).one().status == ItemStatus.REVIEW
        assert session.scalar(select(func.count()).select_from(ItemComment)) == 0
    side = hq.post(made.location + "/comments", comment="字" * 501)
    assert side.status_code == 422
    assert "现在 501 个字" in side.text
    assert side.text.count("字" * 501 + "</textarea>") == 1


def test_what_was_sent_back_stands_on_top_for_its_writer_only(hq, brand, sign_in):
    east = sign_in(brand.east)
    made = east.post("/hq/content/new", kind="script", title="降温", bubble=["降温了"], then="submit")
    hq.post(made.location + "/send-back", comment="少一点<b>销售</b>味")
    told = "写了意见<div"
    assert told in east.get(made.location)
    assert told not in hq.get(made.location)
    east.post(made.location + "/edit", kind="script", title="降温", bubble=["降温了，添衣"], then="keep")
    assert told not in east.get(made.location)


def test_a_word_that_was_there_is_said_to_have_changed(hq, brand):
    with transaction() as session:
        seed_words(session, brand.headquarters)
    hq.post("/hq/words", word="最好", kind="brand", why="")
    page = hq.get("/hq/words?of=brand")
    assert "类别从「绝对化用语」改成了「品牌规定」" in page
    hq.post("/hq/words", word="最好", kind="brand", why="品牌手册第 3 条")
    assert "原因已更新" in hq.get("/hq/words")
    hq.post("/hq/words", word="打骨折", kind="brand", why="")
    assert "「打骨折」已保存" in hq.get("/hq/words")
    with transaction() as session:
        assert session.scalar(select(WatchedWord.kind).where(WatchedWord.word == "最好")) == WordKind.BRAND


def test_a_poster_whose_words_are_cut_stays_a_draft(hq):
    body = blank_layout()
    body["texts"][0] |= {"text": LONG, "lines": 1, "size": 76, "min_size": 44}
    layout = json.dumps(body, ensure_ascii=False)
    for then in ("publish", "submit"):
        refused = hq.post("/hq/posters/new", title="双11", layout=layout, then=then)
        assert refused.status_code == 422
        assert f"「{LONG[:20]}」放不下，会被截断" in refused.text
    with transaction() as session:
        assert session.query(Item).count() == 0
    assert hq.post("/hq/posters/new", title="双11", layout=layout, then="keep").status_code == 302
    body["texts"][0]["lines"], body["texts"][0]["h"] = 3, 300
    fits = json.dumps(body, ensure_ascii=False)
    assert hq.post("/hq/posters/new", title="双11", layout=fits, then="publish").status_code == 302


def test_two_versions_of_a_picture_are_compared_by_eye(hq, brand):
    with transaction() as session:
        poster = make_poster(session, brand.headquarters, title="会员日").id
        first = session.query(ItemVersion).one()
        moved = {**first.body, "texts": [{**box, "x": box["x"] + 1} for box in first.body["texts"]]}
        save_item(session, brand.headquarters, ItemKind.POSTER, "会员日", moved, item_id=poster)
        second = session.query(ItemVersion).filter_by(number=2).one().id
        one, other = ({"blob_key": keep_blob(content), "filename": "a.pdf"} for content in (b"%PDF-1", b"%PDF-2"))
        paper = save_item(session, brand.headquarters, ItemKind.FILE, "细则", one).id
        save_item(session, brand.headquarters, ItemKind.FILE, "细则", other, item_id=paper)
        newer = session.query(ItemVersion).filter_by(item_id=paper, number=2).one().id
    page = hq.get(f"/hq/content/{poster}/versions/{second}")
    assert "海报画面" in page
    assert "没有不同" not in page
    assert page.count("/thumbnail") == 2
    files = hq.get(f"/hq/content/{paper}/versions/{newer}")
    assert "换了一个文件" in files
    assert 'class="prose"' not in files


def test_a_shelf_counts_what_stands_below_it(hq, brand):
    with transaction() as session:
        top = make_category(session, "关怀")
        middle = make_category(session, "降温", top.id)
        low = make_category(session, "寒潮", middle.id)
        for shelf in (middle, low, low):
            make_script(session, brand.headquarters, category_id=shelf.id)
        tree = shelves(session.query(Category).all())
        assert totals(tree, {middle.id: 1, low.id: 2}) == {top.id: 3, middle.id: 3, low.id: 2}
    assert re.findall(r'shelf-count"[^>]*>(\d+) 条', hq.get("/hq/content/categories")) == ["3", "3", "2"]


def test_a_dropped_file_is_refused_for_its_own_reason(hq):
    assert _upload(hq, "空.png", b"").json["message"] == "文件是空的，请换一个"
    broken = _upload(hq, "坏.jpg", b"\xff\xd8\xff broken")
    assert broken.status_code == 422
    assert broken.json["message"] == "这不是照片，请上传 JPG 或 PNG 图片"


def test_a_calendar_nobody_speaks_for_says_so(hq):
    with transaction() as session:
        persona = make_persona(session)
        make_entry(session, persona, clock.today())
    page = hq.get(f"/hq/calendar?persona_id={persona.id}")
    assert "还没有导购用「产品专家」说话" in page
    assert f"/hq/personas/{persona.id}#holders" in page


def test_the_share_that_is_no_number_is_the_one_marked(hq):
    shares = {f"mix_{n}": "0" for n in range(7)} | {f"type_{n}": "20" for n in range(5)} | {"type_2": "二十"}
    page = hq.post("/hq/personas/new", name="搭配师", **shares).text
    assert re.findall(r'mix-number is-invalid"[^>]*? id="(\w+)"', page) == ["type_2"]


def test_a_finished_batch_gives_the_button_back(hq, brand):
    with transaction() as session:
        poster = make_poster(session, brand.headquarters, title="会员日").id
    hq.post(f"/hq/posters/{poster}/ahead", department_id="1")
    button = re.compile(r'id="ahead-start"( hx-swap-oob="true")?( disabled)?>(\S+)<')
    assert button.findall(hq.get(f"/hq/posters/{poster}/ahead/progress")) == [(' hx-swap-oob="true"', " disabled", "开始生成")]
    assert draw_waiting() == 1
    assert button.findall(hq.get(f"/hq/posters/{poster}/ahead/progress")) == [(' hx-swap-oob="true"', "", "再生成一次")]
