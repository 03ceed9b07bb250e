"""upload_attachment, upload_by_url, intercept rules and the product album (DOC 95098, 96219, 95097, 95096)."""

import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from simulator import media_shapes
from tests.simulator.movies import movie, picture
from tests.simulator.test_group_sends import reloaded

RULE = {
    "rule_name": "竞品",
    "word_list": ["别家"],
    "intercept_type": 1,
    "applicable_range": {"user_list": [], "department_list": [11]},
}
PRODUCT = {"description": "雪岭长款羽绒服", "price": 189900, "product_sn": "XL2026A"}


def upload(platform, content, media_type="image", attachment_type=1):
    args = {"access_token": platform.token(), "media_type": media_type, "attachment_type": attachment_type}
    return platform.raw("POST", "media/upload_attachment", params=args, files={"media": ("a.png", content)}).json()


@pytest.mark.parametrize(
    ("content", "args", "errcode"),
    [
        (picture(1080, 1440), {}, 0),
        (picture(64, 64, "JPEG"), {"attachment_type": 2}, 0),
        (movie(30), {"media_type": "video"}, 0),
        (movie(30.5, wide=True), {"media_type": "video"}, 41082),
        (picture(1081, 1100), {}, 41081),
        (picture(10, 10801), {}, 41081),
        (picture(1081, 1100), {"attachment_type": 2}, 0),
        (picture(30, 30, "GIF"), {}, 40123),
        (picture(30, 30)[:20], {}, 40123),
        (picture(30, 30), {"media_type": "video"}, 41090),
        (movie(5)[:40], {"media_type": "video"}, 41090),
        (movie(5), {"media_type": "video", "attachment_type": 2}, 41072),
        (b"hello world", {"media_type": "file"}, 41072),
        (picture(9, 9), {"attachment_type": 3}, 41072),
        (picture(9, 9), {"media_type": "voice"}, 40004),
        (b"\x89PNG" + b"0" * (10 * 1024 * 1024), {}, 41080),
        (b"", {}, 44001),
    ],
    ids=lambda each: f"{len(each)}B" if isinstance(each, bytes) else None,
)
def test_files_are_looked_into(platform, content, args, errcode):
    answer = upload(platform, content, **args)
    assert answer["errcode"] == errcode
    assert errcode or isinstance(answer["created_at"], int)


def test_shapes_of_files():
    assert media_shapes.pixels(picture(31, 17, "JPEG")) == (31, 17)
    assert media_shapes.pixels(b"\xff\xd8\xff\xe0" + b"\0" * 40) is None
    assert media_shapes.seconds(movie(7.5)) == media_shapes.seconds(movie(7.5, wide=True)) == 7.5
    assert media_shapes.seconds(b"\0\0\0\x08ftyp" + b"\xff" * 64) is None


def finished(platform, **body):
    jobid = platform.post("media/upload_by_url", **({"scene": 1, "type": "video", "filename": "a.mp4"} | body))["jobid"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = platform.post("media/get_upload_by_url_result", jobid=jobid)
        if found["status"] != 1:
            return jobid, found
        time.sleep(0.02)
    raise AssertionError("the job did not end")


def test_a_file_is_fetched_by_its_address(platform, app_receiver):
    content = movie(3)
    media_id = upload(platform, content, "video")["media_id"]
    url, md5 = f"{platform.base}/files/media/{media_id}", hashlib.md5(content).hexdigest()
    jobid, found = finished(platform, url=url, md5=md5)
    assert (found["status"], found["detail"]["errcode"]) == (2, 0)
    got = platform.raw("GET", "media/get", params={"access_token": platform.token(), "media_id": found["detail"]["media_id"]})
    assert got.content == content
    platform.settle()
    event = app_receiver.events()[-1]
    assert (event["Event"], event["JobId"], event["FromUserName"]) == ("upload_media_job_finish", jobid, "sys")
    assert finished(platform, url=url, md5="0" * 32)[1]["detail"]["errcode"] == 301019
    assert finished(platform, url=f"{platform.base}/files/media/nope", md5=md5)[1]["detail"]["errcode"] == 830003
    # Range is not answered here; a host that is neither the simulator's nor the product's is not asked at all.
    assert finished(platform, url=f"{platform.base}/_control/health", md5=md5)[1]["detail"]["errcode"] == 830001
    platform.control("clock", advance=3601)
    assert platform.post("media/get_upload_by_url_result", jobid=jobid)["errcode"] == 40088


def test_nobody_else_is_asked(platform):
    asked = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/a.mp4"
    assert finished(platform, url=url, md5="0" * 32)[1]["detail"]["errcode"] == 830003
    server.shutdown()
    server.server_close()
    assert asked == []


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"scene": 2}, 40058),
        ({"type": "image"}, 40058),
        ({"filename": "长" * 43}, 40058),
        ({"url": "ftp://a/b"}, 40094),
        ({"url": ""}, 41010),
        ({"md5": "zz"}, 40058),
    ],
)
def test_addresses_that_are_refused(platform, body, errcode):
    good = {"scene": 1, "type": "video", "filename": "a.mp4", "url": "http://a.cn/b", "md5": "0" * 32}
    assert platform.post("media/upload_by_url", **(good | body))["errcode"] == errcode


def test_words_stop_messages_in_the_client(platform):
    customer = platform.get("externalcontact/list", userid="lixiaomei")["external_userid"][0]
    rule_id = platform.post("externalcontact/add_intercept_rule", **RULE)["rule_id"]
    writes = {"userid": "lixiaomei", "external_userid": customer, "content": "比别家好"}
    refused = platform.ask("do/member_sends", "POST", **writes)
    assert refused.status_code == 409
    assert "intercepted" in refused.json()["error"]
    change = {"rule_id": rule_id, "intercept_type": 2, "extra_rule": {"semantics_list": [1]}}
    assert platform.post("externalcontact/update_intercept_rule", **change)["errcode"] == 0
    assert platform.do("member_sends", **writes)["warning"] == "竞品"
    assert platform.do("member_sends", **(writes | {"content": "打 13812345678 找我"}))["warning"] == "竞品"
    group = next(each for each in platform.control("groups?userid=lixiaomei")["groups"] if each["owner"] == "lixiaomei")
    said = platform.do("group_says", chat_id=group["chat_id"], userid="lixiaomei", content="别家没有")
    assert said["warning"] == "竞品"
    other_store = {"remove_applicable_range": {"department_list": [11]}, "add_applicable_range": {"user_list": ["zhouting"]}}
    platform.post("externalcontact/update_intercept_rule", rule_id=rule_id, **other_store)
    shown = platform.post("externalcontact/get_intercept_rule", rule_id=rule_id)["rule"]
    assert shown["applicable_range"] == {"user_list": ["zhouting"], "department_list": []}
    assert "warning" not in platform.do("member_sends", **writes)
    assert platform.post("externalcontact/add_intercept_rule", **RULE)["errcode"] == 41077
    assert platform.post("externalcontact/del_intercept_rule", rule_id=rule_id)["errcode"] == 0
    assert platform.post("externalcontact/get_intercept_rule", rule_id=rule_id)["errcode"] == 41071
    assert platform.get("externalcontact/get_intercept_rule_list")["rule_list"] == []


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"rule_name": ""}, 40063),
        ({"rule_name": "长" * 21}, 40058),
        ({"word_list": ["x"] * 301}, 41068),
        ({"word_list": ["长" * 33]}, 41083),
        ({"word_list": []}, 41083),
        ({"semantics_list": [4]}, 41084),
        ({"intercept_type": 3}, 40058),
        ({"applicable_range": {}}, 40063),
        ({"applicable_range": {"user_list": ["nobody"]}}, 60111),
        ({"applicable_range": {"department_list": [9999]}}, 60003),
        ({"applicable_range": {"department_list": [101] * 1001}}, 41076),
    ],
)
def test_rules_that_are_refused(platform, changes, errcode):
    assert platform.post("externalcontact/add_intercept_rule", **(RULE | changes))["errcode"] == errcode


def test_products(platform, tmp_path):
    media_id = upload(platform, picture(50, 50), attachment_type=2)["media_id"]
    body = PRODUCT | {"attachments": [{"type": "image", "image": {"media_id": media_id}}]}
    product_id = platform.post("externalcontact/add_product_album", **body)["product_id"]
    assert platform.post("externalcontact/update_product_album", product_id=product_id, price=99900)["errcode"] == 0
    shown = platform.post("externalcontact/get_product_album", product_id=product_id)["product"]
    assert (shown["price"], shown["product_sn"], shown["attachments"]) == (99900, "XL2026A", body["attachments"])
    platform.post("externalcontact/add_product_album", **body)
    page = platform.post("externalcontact/get_product_album_list", limit=1)
    rest = platform.post("externalcontact/get_product_album_list", limit=1, cursor=page["next_cursor"])
    assert (len(page["product_list"]), rest["next_cursor"]) == (1, "")
    assert reloaded(platform, tmp_path / "w.json").albums.by_id[product_id].price == 99900
    assert platform.post("externalcontact/delete_product_album", product_id=product_id)["errcode"] == 0
    assert platform.post("externalcontact/get_product_album", product_id=product_id)["errcode"] == 41074
    wrong = (
        ({"description": "长" * 301}, 41087),
        ({"price": 5_000_001}, 41086),
        ({"product_sn": "有汉字"}, 41085),
        ({"attachments": []}, 41088),
        ({"attachments": [{"type": "image", "image": {"media_id": "nope"}}]}, 40007),
        ({"attachments": [{"type": "video", "video": {}}]}, 41065),
    )
    for changes, errcode in wrong:
        assert platform.post("externalcontact/add_product_album", **(body | changes))["errcode"] == errcode
    assert platform.post("externalcontact/get_product_album", product_id="x")["errcode"] == 41075
