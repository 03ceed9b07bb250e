"""The tag manager in the console: groups, tags, two editors, rules with a dry run, what is behind, undo; bad input."""

import re

import pytest
from sqlalchemy import select

from customers.following import note_timeline
from customers.merging import merge
from customers.models import Follow, Tag, TagGroup
from customers.tag_models import TagMark, TagRule
from customers.tag_rule_work import work_moments
from customers.tagging import tag_customer
from foundation import clock
from foundation.db import transaction
from outbox.models import OutgoingMessage
from tests.builders.content_library import make_script
from tests.builders.customers import make_tags
from tests.builders.sop import make_follow

RULE = {"name": "爱羽绒", "event": "open", "words": "羽绒服、羽绒", "times": "1", "days": "", "expires_days": "30"}


@pytest.fixture
def tags(brand):
    with transaction() as session:
        return [tag.id for tag in make_tags(session, "高客单", "会员")]


@pytest.fixture
def follow(brand):
    with transaction() as session:
        return make_follow(session, brand.ai, "wm1", days_ago=9)


def seen_of(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    return found.group(1) if found else ""


def test_groups_are_listed_in_few_statements_and_opened_one_at_a_time(brand, sign_in, tags, count_sql):
    boss = sign_in(brand.headquarters)
    with count_sql() as statements:
        page = boss.get("/hq/tags")
    assert len(statements) <= 8, "\n".join(statements)
    assert "消费属性" in page
    assert "会员" in boss.get("/hq/tags/groups/1")
    assert "会员" in boss.get("/hq/tags?q=会")
    assert "没有找到" in boss.get("/hq/tags?q=xyz")
    assert boss.status("/hq/tags/groups/99") == 404
    assert sign_in(brand.east).status("/hq/tags") == 200
    assert sign_in(brand.east).status("/hq/tags/groups/new") == 403


def test_a_group_is_made_and_what_is_wrong_keeps_what_was_typed(brand, sign_in, tags):
    boss = sign_in(brand.headquarters)
    wrong = boss.post("/hq/tags/groups/new", name="消费属性", tags="")
    assert wrong.status_code == 422
    assert "已有同名的标签组" in wrong.text
    assert "一行一个" in wrong.text
    assert boss.post("/hq/tags/groups/new", name="会员等级", tags="金卡\n银卡", exclusive="on").status_code == 302
    with transaction() as session:
        group = session.scalars(select(TagGroup).where(TagGroup.name == "会员等级")).one()
        assert group.exclusive
        assert session.scalars(select(OutgoingMessage.call)).all() == ["externalcontact/add_corp_tag"]
    assert "正在同步" in boss.get("/hq/tags")


def test_two_editors_of_a_group_and_of_a_tag_see_the_difference(brand, sign_in, tags):
    boss = sign_in(brand.headquarters)
    for path in ("/hq/tags/groups/1/edit", f"/hq/tags/{tags[0]}/edit"):
        seen = seen_of(boss.get(path))
        assert boss.post(path, name="第一人", seen=seen).status_code == 302
        late = boss.post(path, name="第二人", seen=seen)
        assert late.status_code == 409
        assert "有人刚刚改成了：「第一人」" in late.text
        assert boss.post(path, name="第二人", seen=seen_of(late.text)).status_code == 302
    with transaction() as session:
        assert session.get_one(Tag, tags[0]).name == "第二人"


def test_tags_are_put_first_and_deleted(brand, sign_in, tags):
    boss = sign_in(brand.headquarters)
    assert boss.post(f"/hq/tags/{tags[1]}/first").status_code == 302
    assert boss.post("/hq/tags/groups/1/first").status_code == 302
    assert boss.post(f"/hq/tags/{tags[0]}/delete").status_code == 302
    assert boss.post(f"/hq/tags/{tags[0]}/delete").status_code == 404
    assert "高客单" not in boss.get("/hq/tags/groups/1")
    assert boss.post("/hq/tags/groups/1/delete").status_code == 302
    assert "还没有标签" in boss.get("/hq/tags")


def test_a_rule_is_tried_switched_on_works_and_is_logged(brand, sign_in, tags, follow):
    boss = sign_in(brand.headquarters)
    with transaction() as session:
        facts = {"title": "长款羽绒服"}
        note_timeline(session, follow.customer_id, "opened", staff_id=brand.ai.id, at=clock.now(), once="o1", **facts)
    tried = boss.post("/hq/tags/rules/try", **RULE, tag_id=str(tags[0]))
    assert "现在会有 1 人打上" in tried.text
    assert "就打上「高客单」，30 天后自动去掉" in tried.text
    kept = boss.post("/hq/tags/rules/new", **RULE, tag_id=str(tags[0]))
    page = boss.get(kept.location)
    assert "没启用" in page
    assert "现在会有 1 人打上" in boss.get(kept.location + "/trial")
    assert boss.post(kept.location + "/on", revision="1", known="on").status_code == 302
    with transaction() as session:
        assert work_moments(session) == 1
    page = boss.get(kept.location)
    assert "运行中" in page
    assert "1 次" in page
    assert "爱羽绒" in boss.get("/hq/tags/rules")
    assert boss.post(kept.location + "/off").status_code == 302
    assert boss.post(kept.location + "/remove").status_code == 302
    assert boss.status(kept.location) == 404
    with transaction() as session:
        assert session.get_one(Follow, follow.id).tag_ids == [tags[0]]


def test_a_rule_that_is_wrong_is_told_at_the_field_and_nothing_is_kept(brand, sign_in, tags):
    boss = sign_in(brand.headquarters)
    wrong = boss.post("/hq/tags/rules/new", **RULE | {"times": "abc", "expires_days": "9999", "name": ""})
    assert wrong.status_code == 422
    for name in ("times", "expires_days", "name", "tag_id"):
        assert f'id="{name}-problem"' in wrong.text
    assert 'value="羽绒服、羽绒"' in wrong.text
    tried = boss.post("/hq/tags/rules/try", **RULE | {"times": "0"}).text
    assert "先改好这里" in tried
    assert 'data-wrong="times"' in tried
    assert 'data-wrong="tag_words"' in tried
    form = boss.get("/hq/tags/rules/new")
    assert '<span data-for="order">；最多 730 天</span>' in form
    assert "到店" in form
    words = RULE | {"event": "keyword", "words": "退货"}
    assert "没法回看" in boss.post("/hq/tags/rules/try", **words, tag_id=str(tags[0])).text
    assert sign_in(brand.east).post("/hq/tags/rules/new", **RULE).status_code == 403
    with transaction() as session:
        assert session.scalars(select(TagRule)).all() == []


def test_two_editors_of_a_rule_and_a_stale_switch(brand, sign_in, tags):
    boss = sign_in(brand.headquarters)
    path = boss.post("/hq/tags/rules/new", **RULE, tag_id=str(tags[0])).location
    seen = seen_of(boss.get(path + "/edit"))
    assert boss.post(path + "/edit", **RULE | {"words": "冲锋衣"}, tag_id=str(tags[0]), seen=seen).status_code == 302
    late = boss.post(path + "/edit", **RULE | {"words": "背包"}, tag_id=str(tags[0]), seen=seen)
    assert late.status_code == 409
    assert "没启用" in (boss.post(path + "/on", revision="1") and boss.get(path))
    assert boss.get(path + "/edit").count("冲锋衣") == 1


def test_tags_are_offered_by_a_few_letters(brand, sign_in, tags):
    boss = sign_in(brand.headquarters)
    assert "会员" in boss.get("/hq/tags/choices?tag_words=会")
    both = boss.get(f"/hq/tags/choices?tag_words=会&tag_id={tags[0]}")
    assert f'value="{tags[0]}" checked' in both


def test_content_is_offered_by_a_few_letters_and_what_is_chosen_stays(brand, sign_in):
    with transaction() as session:
        shown = {title: make_script(session, brand.headquarters, title=title).id for title in ("羽绒服怎么洗", "滑雪穿什么")}
    boss = sign_in(brand.headquarters)
    assert re.search(r'value="" checked>', boss.get("/hq/tags/rules/items"))
    both = boss.get(f"/hq/tags/rules/items?item_words=羽绒&item_id={shown['滑雪穿什么']}")
    assert f'value="{shown["滑雪穿什么"]}" checked' in both
    assert "羽绒服怎么洗" in both
    assert "滑雪" not in boss.get("/hq/tags/rules/items?item_words=yrf")
    assert "没有这样的内容" in boss.get("/hq/tags/rules/items?item_words=没有的词")


def test_what_is_behind_is_shown_by_lane(brand, sign_in, tags, follow):
    boss = sign_in(brand.headquarters)
    assert "全部写完了" in boss.get("/hq/tags/writing")
    with transaction() as session:
        tag_customer(session, brand.ai, follow.customer_id, add=[tags[0]], by="guide")
    page = boss.get("/hq/tags/writing")
    assert "刚开始，写一会儿就能估出来" in page


def test_a_giving_is_taken_back_by_who_may_see_it(brand, sign_in, tags, follow):
    with transaction() as session:
        tag_customer(session, brand.ai, follow.customer_id, add=[tags[0]], by="guide")
        mark_id = session.scalars(select(TagMark.id)).one()
    boss = sign_in(brand.headquarters)
    assert "撤销" in boss.get("/hq/customers/wm1/parts/tags")
    assert boss.post(f"/hq/customers/wm1/tags/{mark_id}/undo").status_code == 302
    assert boss.post(f"/hq/customers/wm1/tags/{mark_id}/undo").status_code == 404
    with transaction() as session:
        assert session.get_one(Follow, follow.id).tag_ids == []


def test_a_giving_on_the_other_relation_of_a_merged_person_is_taken_from_that_one(brand, sign_in, tags, follow):
    with transaction() as session:
        other = make_follow(session, brand.ai, "wm2", days_ago=9)
        relations, ids = (follow.id, other.id), (follow.customer_id, other.customer_id)
        for customer_id in ids:
            tag_customer(session, brand.ai, customer_id, add=[tags[0]], by="guide")
        mark_id = session.scalars(select(TagMark.id).where(TagMark.customer_id == ids[1])).one()
        merge(session, *ids, "hand", "staff:1")
    boss = sign_in(brand.headquarters)
    assert boss.get("/hq/customers/wm1/parts/tags").count("撤销「高客单」") == 2
    assert boss.post(f"/hq/customers/wm1/tags/{mark_id}/undo").status_code == 302
    with transaction() as session:
        assert [session.get_one(Follow, id_).tag_ids for id_ in relations] == [[tags[0]], []]
