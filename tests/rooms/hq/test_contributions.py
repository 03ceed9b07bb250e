"""Contributions and figures on the console: adopted with changes, declined with a reason, pages within their roles and bounds."""

from content_library.models import Item
from content_library.proposal_actions import adopt, propose
from foundation.db import transaction
from tests.builders.content_library import make_script


def _proposed(brand, guide=None) -> int:
    with transaction() as session:
        return propose(session, guide or brand.ai, "夜跑穿搭", ["夜跑穿这件 <b>不闷汗</b>"], "", "客户常问", "1").id


def test_a_reviewer_edits_and_adopts_and_what_is_wrong_loses_nothing(brand, sign_in):
    number, hq = _proposed(brand), sign_in(brand.headquarters)
    assert "夜跑穿搭" in hq.get("/hq/contributions")
    assert "&lt;b&gt;" in hq.get(f"/hq/contributions/{number}")
    wrong = hq.post(f"/hq/contributions/{number}/adopt", title="", bubble="改过的一句", stage="成长期")
    assert wrong.status_code == 422
    assert "请写标题" in wrong.text
    assert "改过的一句" in wrong.text
    assert hq.post(f"/hq/contributions/{number}/adopt", title="夜跑", bubble="改过的一句", stage="成长期").status_code == 302
    with transaction() as session:
        item = session.query(Item).one()
    assert (item.contributor_id, item.title, item.status) == (brand.ai.id, "夜跑", "published")
    late = hq.post(f"/hq/contributions/{number}/decline", answer="不要")
    assert "刚刚有人处理过" in hq.get(late.location)


def test_declining_without_a_reason_is_asked_for_one(brand, sign_in):
    number, hq = _proposed(brand), sign_in(brand.headquarters)
    assert "写一句原因" in hq.post(f"/hq/contributions/{number}/decline", answer="").text
    hq.post(f"/hq/contributions/{number}/decline", answer="和已有的重复")
    assert "和已有的重复" in hq.get(f"/hq/contributions/{number}")
    assert "夜跑穿搭" in hq.get("/hq/contributions?status=declined")


def test_another_region_sees_nothing_of_it(brand, sign_in):
    number = _proposed(brand, brand.far)
    east = sign_in(brand.east)
    assert "夜跑穿搭" not in east.get("/hq/contributions")
    assert east.status(f"/hq/contributions/{number}") == 404
    assert sign_in(brand.manager).status("/hq/contributions") == 403


def test_figures_open_for_managers_in_a_bounded_number_of_statements_and_go_out_as_excel(brand, sign_in, count_sql):
    with transaction() as session:
        make_script(session, brand.headquarters)
        adopt(session, brand.headquarters, propose(session, brand.ai, "夜跑", ["话"], "", "", "2").id, "夜跑", ["话"])
    manager = sign_in(brand.manager)
    with count_sql() as statements:
        assert "内容效果" in manager.get("/hq/content/figures?days=30&type=销售式&kind=script")
    assert len(statements) <= 14
    assert manager.status("/hq/content/figures?department=3") == 404
    assert manager.client.get("/hq/content/figures.xlsx").data[:2] == b"PK"


def test_the_board_of_guides_shows_what_was_adopted(brand, sign_in):
    number, hq = _proposed(brand), sign_in(brand.headquarters)
    hq.post(f"/hq/contributions/{number}/adopt", title="夜跑", bubble="改过的一句")
    assert 'data-name="采纳投稿">1<' in hq.get("/hq/board?level=guide")
