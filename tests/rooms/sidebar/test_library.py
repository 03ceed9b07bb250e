"""Scripts and materials beside a chat: few statements, what sends each kind, favourites, misses, pictures; bad input."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy import select

from content_library import pictures
from content_library.actions import archive_item, publish_item, save_item
from content_library.link_models import TrackedLink
from content_library.models import Favourite, ItemKind, SearchMiss
from content_library.proposal_models import Proposal
from customers.models import TimelineEntry
from foundation import clock
from foundation.blobs import keep_blob
from foundation.db import transaction
from org.models import Staff
from outbox.models import OutgoingMessage, PlatformMedia
from outbox.payloads import LOST
from tests.builders.content_library import make_script
from tests.builders.sop import Brand, make_brand, make_follow
from tests.rooms.sidebar.conftest import WECOM, Phone

SignIn = Callable[[Staff], Phone]


@pytest.fixture
def brand(database: None) -> Brand:
    """Without the starter library: what is tested here brings its own."""
    with transaction() as session:
        made = make_brand(session)
        make_follow(session, made.ai, "wm1", days_ago=1)
        return made


def _item(brand: Brand, kind: ItemKind, body: dict[str, object]) -> int:
    with transaction() as session:
        return publish_item(session, brand.headquarters, save_item(session, brand.headquarters, kind, "一条", body).id).id


def _picture() -> str:
    out = io.BytesIO()
    Image.new("RGB", (900, 1200), "#b8860b").save(out, "PNG")
    return keep_blob(out.getvalue())


def test_lists_need_at_most_eight_statements(phone: SignIn, brand: Brand, count_sql) -> None:  # type: ignore[no-untyped-def]
    with transaction() as session:
        for number in range(12):
            make_script(session, brand.headquarters, title=f"羽绒 {number}", bubbles=["{客户称呼}，{导购}"])
    hers = phone(brand.ai)
    searches = (
        "scripts?c=wm1",
        "scripts?c=wm1&q=羽戎",
        "scripts/results?c=wm1&q=羽绒",
        "scripts/results?c=wm1&q=羽戎",
        "materials?c=wm1",
    )
    others = (
        "me",
        "me/today",
        "proposals",
        "customers/wm1",
        "customers/wm1/more",
        "mine?stage=引入期&tag=1&silent=7&order=silent&q=x",
    )
    for path in (*searches, *others):
        hers.page(f"/sidebar/{path}")
        with count_sql() as statements:
            hers.page(f"/sidebar/{path}")
        assert len(statements) <= 8, path + "\n" + "\n".join(statements)


def test_each_kind_is_made_ready_for_the_chat(phone: SignIn, brand: Brand) -> None:
    hers, blob = phone(brand.ai), _picture()
    link = _item(brand, ItemKind.LINK, {"url": "https://example.com/a?b=1", "desc": "{客户称呼}请看"})
    app = _item(brand, ItemKind.MINIPROGRAM, {"appid": "wx" + "0" * 16, "page": "a.html", "desc": "", "blob_key": blob})
    image = _item(brand, ItemKind.IMAGE, {"blob_key": blob})
    news = hers.post(f"/sidebar/items/{link}/messages?c=wm1", {}).json["messages"]  # type: ignore[index]
    assert news == hers.post(f"/sidebar/items/{link}/messages?c=wm1", {}).json["messages"]  # type: ignore[index]
    assert (news[0]["msgtype"], news[0]["news"]["desc"]) == ("news", "wm1请看")
    with transaction() as session:
        code = session.scalars(select(TrackedLink)).one()
    assert news[0]["news"]["link"].endswith(f"/r/{code.code}")
    card = hers.post(f"/sidebar/items/{app}/messages?c=wm1", {}).json["messages"][0]["miniprogram"]  # type: ignore[index]
    path = card["imgUrl"].split("/", 3)[3]
    stranger = hers.client.application.test_client()
    assert stranger.get(f"/{path}").status_code == 200
    assert stranger.get(f"/{path}x").status_code == 404
    assert hers.post(f"/sidebar/items/{image}/messages?c=wm1", {}).status_code == 202
    with transaction() as session:
        media = session.scalars(select(PlatformMedia)).one()
        media.media_id, media.expires_at = "MEDIA1", clock.now() + clock.days(3)
    assert hers.post(f"/sidebar/items/{image}/messages?for=moments", {}).json["messages"] == [  # type: ignore[index]
        {"msgtype": "image", "image": {"mediaid": "MEDIA1"}}
    ]
    for body, status in (({"lost": "MEDIA0"}, 200), ({"lost": "MEDIA1"}, 202), ([1], 200), ({"lost": ["x"]}, 200)):
        assert hers.post(f"/sidebar/items/{image}/messages?c=wm1", body).status_code == status, body
    with transaction() as session:
        asked = [one.payload for one in session.scalars(select(OutgoingMessage).where(OutgoingMessage.call == "media/upload"))]
    assert [one.get(LOST) for one in asked] == [None, "MEDIA1"]
    assert hers.post(f"/sidebar/items/{image}/messages", {}).status_code == 409
    assert hers.get(f"/sidebar/items/{image}/picture").mimetype == "image/jpeg"


def test_a_picture_she_has_already_costs_no_decoding(phone: SignIn, brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    hers, image = phone(brand.ai), _item(brand, ItemKind.IMAGE, {"blob_key": _picture()})
    path = f"/sidebar/items/{image}/picture"
    first = {size: hers.get(path + size) for size in ("", "?size=large")}
    assert [max(Image.open(io.BytesIO(one.data)).size) for one in first.values()] == [480, 1200]
    monkeypatch.setattr(pictures, "_decoded", lambda *_: pytest.fail("decoded again"))
    for size, answer in first.items():
        assert hers.get(path + size).data == answer.data
        again = hers.client.get(path + size, headers={"If-None-Match": answer.headers["ETag"], "User-Agent": WECOM})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])


def test_what_was_taken_down_is_no_longer_made_ready(phone: SignIn, brand: Brand) -> None:
    link = _item(brand, ItemKind.LINK, {"url": "https://example.com/", "desc": ""})
    with transaction() as session:
        archive_item(session, brand.headquarters, link)
    answer = phone(brand.ai).post(f"/sidebar/items/{link}/messages?c=wm1", {})
    assert (answer.status_code, answer.json["message"]) == (404, "这条内容不存在或已下架")  # type: ignore[index]


def test_a_favourite_stands_first_and_comes_off_again(phone: SignIn, brand: Brand) -> None:
    with transaction() as session:
        item = make_script(session, brand.headquarters, title="收藏我", bubbles=["<b>您好</b> {客户称呼}"]).id
    hers = phone(brand.ai)
    for _ in range(2):
        assert hers.post(f"/sidebar/items/{item}/favourite", {"on": True}).json == {"on": True}
    page = hers.page("/sidebar/scripts?c=wm1")
    assert "我的收藏" in page
    assert "<b>您好" not in page
    assert hers.post(f"/sidebar/items/{item}/favourite", {"on": "yes"}).status_code == 422
    hers.post(f"/sidebar/items/{item}/favourite", {"on": False})
    with transaction() as session:
        assert session.scalars(select(Favourite)).all() == []


def test_what_is_not_there_is_noted_and_a_slip_is_said_to_be_one(phone: SignIn, brand: Brand) -> None:
    with transaction() as session:
        make_script(session, brand.headquarters, title="羽绒服怎么洗")
    hers = phone(brand.ai)
    assert "相近结果" in hers.page("/sidebar/scripts/results?q=羽戎服")
    assert "/sidebar/misses" in hers.page("/sidebar/scripts/results?q=手机壳")
    for _ in range(2):
        assert hers.post("/sidebar/misses", data={"words": "手机壳"}).status_code == 204
    with transaction() as session:
        assert [(one.words, one.times) for one in session.scalars(select(SearchMiss))] == [("手机壳", 2)]


def test_notes_steps_and_sizes_come_back_as_they_are(noon: None, phone: SignIn, brand: Brand) -> None:
    hers, soon = phone(brand.ai), (clock.now() + clock.days(1)).timestamp() * 1000
    for _ in range(2):
        facts = hers.post("/sidebar/customers/wm1/notes", {"text": "怕显胖", "once": "once-0001"}).json
        assert facts
        assert [note["text"] for note in facts["notes"]] == ["怕显胖"]
    facts = hers.post("/sidebar/customers/wm1/steps", {"text": "到货通知", "due": soon, "once": "once-0002"}).json
    assert facts
    assert facts["steps"][0]["due"].startswith("明天")
    facts = hers.post(f"/sidebar/steps/{facts['steps'][0]['id']}", {"on": True}).json
    assert facts
    assert facts["steps"] == []
    wrong = hers.post("/sidebar/customers/wm1/sizes", {"kind": "生日", "value": "冬天"})
    assert (wrong.status_code, wrong.json["fields"]["value"]) == (422, "请写成 3-25 这样的月和日")  # type: ignore[index]
    assert hers.post("/sidebar/customers/wm1/notes", {"text": "x"}).status_code == 422
    assert phone(brand.far).post("/sidebar/customers/wm1/notes", {"text": "x", "once": "once-0003"}).status_code == 404
    assert "怕显胖" in hers.page("/sidebar/customers/wm1")


def test_a_visit_is_noted_and_a_slip_taken_back(noon: None, phone: SignIn, brand: Brand) -> None:
    hers = phone(brand.ai)
    told = {"on": True, "once": "once-0001", "at": clock.now().timestamp() * 1000}
    for _ in range(2):
        assert hers.post("/sidebar/customers/wm1/visits", told).json["visited"] is True  # type: ignore[index]
    with transaction() as session:
        assert session.scalars(select(TimelineEntry.kind).where(TimelineEntry.kind == "visited")).all() == ["visited"]
    assert "到店：" in hers.page("/sidebar/customers/wm1/more")
    assert hers.post("/sidebar/customers/wm1/visits", told | {"on": False}).json["visited"] is False  # type: ignore[index]
    again = hers.post("/sidebar/customers/wm1/visits", told | {"on": False})
    assert (again.status_code, again.json["message"]) == (409, "这次到店不是您登记的，不能撤销")  # type: ignore[index]
    assert hers.post("/sidebar/customers/wm1/visits", {"on": "yes"}).status_code == 422
    assert phone(brand.far).post("/sidebar/customers/wm1/visits", told).status_code == 404


def test_a_contribution_is_handed_in_once_and_taken_back(phone: SignIn, brand: Brand) -> None:
    hers = phone(brand.ai)
    body = {"title": "下雨天怎么夸", "text": "第一条\n\n第二条", "why": "管用", "once": "once-0001"}
    ids = {hers.post("/sidebar/proposals", body).json["id"] for _ in range(2)}  # type: ignore[index]
    assert len(ids) == 1
    assert "等总部看" in hers.page("/sidebar/proposals")
    assert "已撤回" in hers.post(f"/sidebar/proposals/{ids.pop()}/withdraw").text
    empty = hers.post("/sidebar/proposals", {"title": "", "text": "", "once": "once-0002"})
    assert (empty.status_code, set(empty.json["fields"])) == (422, {"title", "body"})  # type: ignore[index]


def test_half_a_character_in_what_a_page_sends_is_taken_out_or_refused_and_never_a_crash(phone, brand):
    hers = phone(brand.ai)
    body = {"title": "夜跑\ud83d穿搭", "text": "第一句\ud83d\r\n\r\n第二句\u202e", "why": "\udc00", "once": "once-0009"}
    assert hers.post("/sidebar/proposals", body).status_code == 200
    with transaction() as session:
        kept = session.query(Proposal).one()
        assert (kept.title, kept.bubbles, kept.why) == ("夜跑穿搭", ["第一句", "第二句"], "")
    for path in ("/sidebar/items/1/messages", "/sidebar/posters/1/media"):
        assert hers.post(path, {"lost": "\ud83d"}).status_code < 500
