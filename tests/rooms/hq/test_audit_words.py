"""The audit in Chinese: rules as sentences, consents and batches in words, customers by name, one statement for all of them."""

from customers.models import Customer
from foundation import audit
from foundation.db import transaction
from hq.labels import STATES
from tests.builders.customers import make_tags
from tests.builders.sop import make_follow


def test_facts_are_told_in_words_and_customers_by_name(brand, sign_in, count_sql):
    with transaction() as session:
        tag = make_tags(session, "长款")[0].id
        hers = make_follow(session, brand.ai, "wmwang").customer_id
        session.get_one(Customer, hers).name = "王浩然"
        rule = {"all": [{"op": "never", "field": "last_contact_on"}, {"field": "tags", "op": "any_of", "value": [tag]}]}
        by = f"staff:{brand.headquarters.id}"
        audit.record(session, by, "segment.save", "segment:3", name="久未联系", rule=rule)
        audit.record(session, by, "batch.start", "batch:2", kind="tag", deed={"tag": tag}, total=3)
        owner = {"was": None, "now": brand.ai.id, "until": None}
        audit.record(session, by, "customer.owner", f"customer:{hers}", note="", owner=owner)
        audit.record(session, by, "policy.save", "policy:contact", changed={"care_most": [4, 3]})
        audit.record(session, by, "segment.save", "segment:4", name="坏的", rule={"nonsense": 1})
        for _ in range(20):
            audit.record(session, by, "customer.consent", f"customer:{hers}", before="all", after="none", source="sidebar")
    consents, hq = STATES["consent"], sign_in(brand.headquarters)
    hq.get("/hq/audit")
    with count_sql() as statements:
        page = hq.get("/hq/audit")
    assert len(statements) <= 12, "\n".join(statements)
    for words in (
        "名称：久未联系", "导购台里没有联系记录，并且标签是长款", "做什么：标签 长款", "种类：打标签", "一共：3", "客户 王浩然",
        f"原来：{consents['all'][0]}", f"现在：{consents['none'][0]}", "来源：导购在侧边栏记下",
        "客户规则 免打扰", "关怀次数 4 → 3", "原来 没有",
        "现在读不出",
    ):  # fmt: skip
        assert words in page, words
    assert f"现在 {brand.ai.name or brand.ai.userid}" in page
    assert "{" not in page.split("<tbody>")[1]
