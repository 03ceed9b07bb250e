"""敏感词 rules, the product album and fetched files as documented (DOC 95097, 95096, 96219)."""

import hashlib
import time

from tests.contract.conftest import REAL
from tests.contract.corp import Corp, Json
from tests.contract.samples import documented, shaped_like
from tests.simulator.movies import picture

OK = {"errcode": 0, "errmsg": "ok"}
RULE = {"rule_name": "契约规则", "word_list": ["敏感词1", "敏感词2"], "semantics_list": [1, 2, 3], "intercept_type": 1}
PRODUCT = {"description": "世界上最好的商品", "price": 30000, "product_sn": "xxx1"}


def ruled(wecom: Corp) -> str:
    scope = {"user_list": [wecom.member], "department_list": [1]}
    return str(wecom.post("externalcontact/add_intercept_rule", **RULE, applicable_range=scope)["rule_id"])


def product(wecom: Corp) -> Json:
    media_id = wecom.upload("media/upload_attachment", "a.png", picture(80, 60), media_type="image", attachment_type=2)[
        "media_id"
    ]
    attachments = [{"type": "image", "image": {"media_id": media_id}}]
    return wecom.post("externalcontact/add_product_album", **PRODUCT, attachments=attachments)


@documented("95097", "externalcontact/add_intercept_rule", "externalcontact/del_intercept_rule", writes=True)
def test_add_and_del_intercept_rule(wecom: Corp) -> None:
    scope = {"user_list": [wecom.member], "department_list": [1]}
    answer = wecom.post("externalcontact/add_intercept_rule", **RULE, applicable_range=scope)
    shaped_like(answer, OK | {"rule_id": "xxx"})
    shaped_like(wecom.post("externalcontact/del_intercept_rule", rule_id=answer["rule_id"]), OK)


@documented("95097", "externalcontact/get_intercept_rule_list")
def test_get_intercept_rule_list(wecom: Corp) -> None:
    if not REAL:
        ruled(wecom)
    row = {"rule_id": "xxxx", "rule_name": "rulename", "create_time": 1600000000}
    shaped_like(wecom.get("externalcontact/get_intercept_rule_list"), OK | {"rule_list": [row]}, ("rule_list[]",))


@documented("95097", "externalcontact/get_intercept_rule", "externalcontact/update_intercept_rule", writes=True)
def test_get_and_update_intercept_rule(wecom: Corp) -> None:
    rule_id = ruled(wecom)
    change = {"rule_name": "契约规则二", "word_list": ["敏感词1"], "extra_rule": {"semantics_list": [1, 2]}, "intercept_type": 2}
    ranges = {"add_applicable_range": {"department_list": [1]}, "remove_applicable_range": {"user_list": [wecom.member]}}
    shaped_like(wecom.post("externalcontact/update_intercept_rule", rule_id=rule_id, **change, **ranges), OK)
    answer = wecom.post("externalcontact/get_intercept_rule", rule_id=rule_id)
    rule = {
        "rule_id": "1", "rule_name": "x", "word_list": ["敏感词1"], "intercept_type": 1,
        "semantics_list": [1], "extra_rule": {"semantics_list": [1]},
        "applicable_range": {"user_list": ["zhangshan"], "department_list": [2]},
    }  # fmt: skip
    # The documentation shows the semantics in two places: an answer needs one of them.
    optional = ("rule.semantics_list", "rule.extra_rule", "rule.applicable_range.user_list[]")
    shaped_like(answer, OK | {"rule": rule}, optional)
    wecom.post("externalcontact/del_intercept_rule", rule_id=rule_id)


@documented("95096", "externalcontact/add_product_album", "externalcontact/delete_product_album", writes=True)
def test_add_and_delete_product_album(wecom: Corp) -> None:
    answer = product(wecom)
    shaped_like(answer, OK | {"product_id": "xxxxxxxxxx"})
    shaped_like(wecom.post("externalcontact/delete_product_album", product_id=answer["product_id"]), OK)


@documented("95096", "externalcontact/get_product_album", "externalcontact/update_product_album", writes=True)
def test_get_and_update_product_album(wecom: Corp) -> None:
    product_id = product(wecom)["product_id"]
    shaped_like(wecom.post("externalcontact/update_product_album", product_id=product_id, price=29900), OK)
    answer = wecom.post("externalcontact/get_product_album", product_id=product_id)
    shown = PRODUCT | {
        "product_id": "x",
        "create_time": 1600000000,
        "attachments": [{"type": "image", "image": {"media_id": "x"}}],
    }
    shaped_like(answer, OK | {"product": shown})
    wecom.post("externalcontact/delete_product_album", product_id=product_id)


@documented("95096", "externalcontact/get_product_album_list")
def test_get_product_album_list(wecom: Corp) -> None:
    if not REAL:
        product(wecom)
    row = PRODUCT | {"product_id": "x", "attachments": [{"type": "image", "image": {"media_id": "x"}}]}
    answer = wecom.post("externalcontact/get_product_album_list", limit=50, cursor="")
    shaped_like(answer, OK | {"next_cursor": "CURSOR", "product_list": [row]}, ("product_list[]", "product_list[].attachments[]"))


@documented("96219", "media/upload_by_url", "media/get_upload_by_url_result", writes=True, people=True)
def test_upload_by_url(wecom: Corp) -> None:
    media_id = wecom.upload("media/upload", "a.png", picture(80, 60), type="image")["media_id"]
    md5 = hashlib.md5(picture(80, 60), usedforsecurity=False).hexdigest()
    url = f"{wecom.base}/files/media/{media_id}"
    answer = wecom.post("media/upload_by_url", scene=1, type="file", filename="a.png", url=url, md5=md5)
    shaped_like(answer, OK | {"jobid": "jobid_S0MrnndvRG5fadSlLwiBqiDDbM143UqTmKP3152FZk4"})
    found = wecom.post("media/get_upload_by_url_result", jobid=answer["jobid"])
    deadline = time.monotonic() + 10
    while found["status"] == 1 and time.monotonic() < deadline:
        time.sleep(0.05)
        found = wecom.post("media/get_upload_by_url_result", jobid=answer["jobid"])
    detail = OK | {"media_id": "3*1*G6nrLmr5EC3MMb_-zK1dDdzmd0p7cNliYu9V5w7o8K0", "created_at": "1380000000"}
    shaped_like(found, OK | {"status": 2, "detail": detail})
