"""客户朋友圈: jobs, publishing, who sees what, likes and comments (DOC 95094, 93333, 97612)."""

import pytest

from tests.simulator.movies import movie, picture
from tests.simulator.test_group_sends import reloaded

ADD, JOB = "externalcontact/add_moment_task", "externalcontact/get_moment_task_result"
LIXIAOMEI, ZHOUTING = "lixiaomei", "zhouting"


@pytest.fixture
def customers(platform):
    return platform.get("externalcontact/list", userid=LIXIAOMEI)["external_userid"]


def attach(platform, kind="image", content=None, scene=1):
    args = {"access_token": platform.token(), "media_type": kind, "attachment_type": scene}
    content = content or (picture(40, 30) if kind == "image" else movie(5))
    return platform.raw("POST", "media/upload_attachment", params=args, files={"media": ("a", content)}).json()["media_id"]


def image(media_id):
    return {"msgtype": "image", "image": {"media_id": media_id}}


def senders(*userids, tags=()):
    return {"sender_list": {"user_list": list(userids)}, "external_contact_list": {"tag_list": list(tags)}}


def planned(platform, text="新款到店", **body):
    """The result of a finished job."""
    jobid = platform.post(ADD, text={"content": text}, **body)["jobid"]
    platform.control("clock", advance=3)
    done = platform.get(JOB, jobid=jobid)
    assert done["status"] == 3, done
    return done["result"]


def feed(platform, external_userid):
    return platform.control(f"customers/{external_userid}/moments")["moments"]


def hers(platform, userid=LIXIAOMEI):
    return platform.control(f"members/{userid}/moments")["moments"]


def test_from_job_to_the_customers_feed(platform, customers, app_receiver):
    platform.control("clock", "POST", pause=True)
    media_id = attach(platform)
    body = {"text": {"content": "新款"}, "attachments": [image(media_id)], "visible_range": senders(LIXIAOMEI, "nobody")}
    jobid = platform.post(ADD, **body)["jobid"]
    stages = []
    for _ in range(3):
        stages.append(platform.get(JOB, jobid=jobid))
        platform.control("clock", advance=1)
    assert [each["status"] for each in stages] == [1, 2, 3]
    assert "result" not in stages[1]
    assert stages[2]["type"] == "add_moment_task"
    result = stages[2]["result"]
    assert result["invalid_sender_list"] == {"user_list": ["nobody"], "department_list": []}
    moment = {"moment_id": result["moment_id"]}
    tasks = platform.post("externalcontact/get_moment_task", **moment)["task_list"]
    assert tasks == [{"userid": LIXIAOMEI, "publish_status": 0}]
    who = moment | {"userid": LIXIAOMEI}
    assert platform.post("externalcontact/get_moment_send_result", **who)["errcode"] == 41062
    assert platform.post("externalcontact/get_moment_comments", **(who | {"userid": ZHOUTING}))["errcode"] == 41061
    assert platform.ask("do/customer_likes_moment", "POST", external_userid=customers[0], **who).status_code == 409
    platform.do("member_publishes_moment", **who)
    chosen = platform.post("externalcontact/get_moment_customer_list", **who)["customer_list"]
    assert [each["external_userid"] for each in chosen] == customers
    platform.do("customer_likes_moment", external_userid=customers[0], **who)
    platform.do("customer_likes_moment", external_userid=customers[0], **who)
    platform.do("customer_comments_moment", external_userid=customers[1], content="有黑色吗", **who)
    platform.do("member_comments_moment", content="有的", **who)
    seen = platform.post("externalcontact/get_moment_comments", **who)
    assert [each["external_userid"] for each in seen["like_list"]] == [customers[0]]
    assert [each.get("userid") or each["external_userid"] for each in seen["comment_list"]] == [customers[1], LIXIAOMEI]
    assert "content" not in seen["comment_list"][0]
    top = feed(platform, customers[1])[0]
    assert (top["moment_id"], top["liked"], [each["content"] for each in top["comments"]]) == (
        result["moment_id"], False, ["有黑色吗", "有的"],
    )  # fmt: skip
    assert [each["content"] for each in feed(platform, customers[0])[0]["comments"]] == ["有的"]
    platform.do("customer_likes_moment", external_userid=customers[0], unlike=True, **who)
    assert hers(platform)[0]["likes"] == []
    platform.do("customer_deletes", userid=LIXIAOMEI, external_userid=customers[2])
    reached = platform.post("externalcontact/get_moment_send_result", **who)["customer_list"]
    assert {"external_userid": customers[2]} not in reached
    assert len(reached) == len(customers) - 1
    platform.settle()
    assert {each["ChangeType"] for each in app_receiver.events()} <= {"del_follow_user"}


def test_the_pictures_outlive_their_media(platform, customers):
    media_id = attach(platform)
    result = planned(platform, attachments=[image(media_id)], visible_range=senders(LIXIAOMEI))
    platform.do("member_publishes_moment", userid=LIXIAOMEI, moment_id=result["moment_id"])
    platform.control("clock", advance=4 * 86400)
    platform._tokens.clear()
    url = feed(platform, customers[0])[0]["attachments"][0]["url"]
    assert platform.http.get(url, timeout=60).content == picture(40, 30)
    refused = platform.post(ADD, attachments=[image(media_id)])
    assert refused["errcode"] == 40007


def test_whom_senders_and_tags_name(platform, customers):
    """Only tags: those who follow a tagged customer. Both: the intersection. Nobody: everybody, publicly."""
    tag = platform.post("externalcontact/add_corp_tag", group_name="圈", tag=[{"name": "甲"}])["tag_group"]["tag"][0]["id"]
    theirs = platform.get("externalcontact/list", userid=ZHOUTING)["external_userid"][0]
    platform.post("externalcontact/mark_tag", userid=LIXIAOMEI, external_userid=customers[0], add_tag=[tag])
    platform.post("externalcontact/mark_tag", userid=ZHOUTING, external_userid=theirs, add_tag=[tag])

    def publishers(**visible_range):
        result = planned(platform, visible_range=visible_range)
        listed = platform.post("externalcontact/get_moment_task", moment_id=result.get("moment_id", ""))
        return result, {each["userid"] for each in listed["task_list"]}

    assert publishers(external_contact_list={"tag_list": [tag, "etnope"]})[1] == {LIXIAOMEI, ZHOUTING}
    assert publishers(sender_list={"department_list": [101]})[1] == {"chenjing", LIXIAOMEI, ZHOUTING, "wufang"}
    assert len(publishers()[1]) == 26
    result, both = publishers(**senders(LIXIAOMEI, "wufang", tags=[tag]))
    assert both == {LIXIAOMEI}
    platform.do("member_publishes_moment", userid=LIXIAOMEI, moment_id=result["moment_id"])
    assert feed(platform, customers[0])[0]["moment_id"] == result["moment_id"]
    assert result["moment_id"] not in [each["moment_id"] for each in feed(platform, customers[1])]
    nobody, _ = publishers(external_contact_list={"tag_list": ["etnope"]})
    assert (nobody["errcode"], nobody["invalid_external_contact_list"]) == (81013, {"tag_list": ["etnope"]})
    now = int(platform.control("clock")["now"])
    span = {"start_time": now - 600, "end_time": now + 60}
    kinds = [each["visible_type"] for each in platform.post("externalcontact/get_moment_list", **span)["moment_list"]]
    assert kinds == [0, 0, 1, 0]


def test_stopping_leaves_what_is_published(platform):
    moment_id = planned(platform, visible_range=senders(LIXIAOMEI, ZHOUTING))["moment_id"]
    platform.do("member_publishes_moment", userid=LIXIAOMEI, moment_id=moment_id)
    assert platform.post("externalcontact/cancel_moment_task", moment_id=moment_id)["errcode"] == 0
    assert platform.ask("do/member_publishes_moment", "POST", userid=ZHOUTING, moment_id=moment_id).status_code == 409
    assert [hers(platform, each)[0]["publish_status"] for each in (LIXIAOMEI, ZHOUTING)] == [1, -1]


def test_her_own_moment(platform, customers):
    link = {"msgtype": "link", "link": {"title": "新品", "url": "https://shop.example/a"}}
    moment_id = platform.do("member_posts_moment", userid=LIXIAOMEI, text="早安", attachments=[link])["moment_id"]
    assert feed(platform, customers[0])[0]["attachments"][0]["url"] == "https://shop.example/a"
    assert platform.post("externalcontact/get_moment_task", moment_id=moment_id)["errcode"] == 41067
    assert platform.post("externalcontact/cancel_moment_task", moment_id=moment_id)["errcode"] == 41067
    now = int(platform.control("clock")["now"])
    span = {"start_time": now - 60, "end_time": now + 60, "filter_type": 1, "creator": LIXIAOMEI}
    listed = platform.post("externalcontact/get_moment_list", **span)["moment_list"]
    assert (listed[0]["link"], listed[0]["creator"]) == ({"title": "新品", "url": "https://shop.example/a"}, LIXIAOMEI)
    wrong = {"userid": LIXIAOMEI, "attachments": [link, link]}
    assert platform.ask("do/member_posts_moment", "POST", **wrong).status_code == 400
    assert platform.ask("do/member_posts_moment", "POST", userid=LIXIAOMEI).status_code == 400


def test_a_video_has_a_still(platform):
    body = {"attachments": [{"msgtype": "video", "video": {"media_id": attach(platform, "video")}}]}
    moment_id = planned(platform, visible_range=senders(LIXIAOMEI), **body)["moment_id"]
    now = int(platform.control("clock")["now"])
    listed = platform.post("externalcontact/get_moment_list", start_time=now - 600, end_time=now + 60)["moment_list"]
    video = next(each for each in listed if each["moment_id"] == moment_id)["video"]
    still = platform.raw("GET", "media/get", params={"access_token": platform.token(), "media_id": video["thumb_media_id"]})
    assert still.headers["Content-Type"] == "image/jpeg"


def test_limits_and_jobs_that_are_gone(platform):
    jobid = platform.post(ADD, text={"content": "x"})["jobid"]
    codes = [platform.post(ADD, text={"content": "x"})["errcode"] for _ in range(10)]
    assert codes == [0] * 9 + [45009]
    platform.control("clock", advance=61)
    platform.control("limits", moments_per_month=10)
    assert platform.post(ADD, text={"content": "x"})["errcode"] == 41210
    platform.control("clock", advance=86400)
    platform._tokens.clear()
    assert platform.get(JOB, jobid=jobid)["errcode"] == 40088
    assert platform.get(JOB, jobid="nope")["errcode"] == 40088


@pytest.mark.parametrize(
    ("body", "errcode", "words"),
    [
        ({}, 41089, ""),
        ({"text": {"content": "长" * 2001}}, 45002, "invalid text size"),
        ({"attachments": [image("x")] * 10}, 41064, "invalid attachments size"),
        ({"attachments": [image("x"), {"msgtype": "link", "link": {}}]}, 41065, "invalid attachments msgtype"),
        ({"attachments": [{"msgtype": "file", "file": {}}]}, 41065, "invalid attachments msgtype"),
        ({"attachments": [image("x")]}, 40007, "invalid media_id"),
        ({"attachments": [{"msgtype": "link", "link": {"title": "t" * 65, "url": "http://a.cn"}}]}, 40058, ""),
        ({"attachments": {}}, 40058, "wrong json format"),
        ({"text": {"content": "x"}, "visible_range": {"sender_list": {"user_list": "a"}}}, 40058, "wrong json format"),
    ],
)
def test_refusals(platform, body, errcode, words):
    answer = platform.post(ADD, **body)
    assert answer["errcode"] == errcode
    assert words in answer["errmsg"]


def test_media_must_be_of_this_scene(platform):
    assert platform.post(ADD, attachments=[image(attach(platform, scene=2))])["errcode"] == 41072
    ordinary = platform.upload("image", "a.png", picture(9, 9))["media_id"]
    assert platform.post(ADD, attachments=[image(ordinary)])["errcode"] == 40007
    moments_only = attach(platform)
    body = {"sender": LIXIAOMEI, "attachments": [image(moments_only)]}
    assert platform.post("externalcontact/add_msg_template", **body)["errcode"] == 40007


def test_the_sample_brand_has_a_feed(platform, customers):
    mine = feed(platform, customers[-1])
    assert mine[0]["userid"] == LIXIAOMEI
    assert len(mine[0]["attachments"]) == 3
    served = platform.http.get(mine[0]["attachments"][0]["url"], timeout=60)
    assert served.headers["Content-Type"] == "image/jpeg"


def test_a_snapshot_brings_everything_back(platform, tmp_path):
    moment_id = planned(platform, visible_range=senders(LIXIAOMEI))["moment_id"]
    platform.do("member_publishes_moment", userid=LIXIAOMEI, moment_id=moment_id)
    platform.post(ADD, text={"content": "还没好"})
    state = reloaded(platform, tmp_path / "world.json")
    assert state.moments.find(moment_id).copies[LIXIAOMEI].published_at
    assert [each.text for each in state.moments.coming.values()] == ["还没好"]
    assert moment_id in [each.moment_id for each in state.moments.of_member(LIXIAOMEI)]
