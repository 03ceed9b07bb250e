"""Menu, the app itself, files in and out (DOC 90231, 90227, 90253, 90256, 90254)."""

from tests.contract.corp import Corp
from tests.contract.files import TEXT, VOICE, png
from tests.contract.samples import documented, shaped_like

OK = {"errcode": 0, "errmsg": "ok"}
MENU = {"button": [
    {"type": "click", "name": "今日任务", "key": "V1001"},
    {"name": "菜单", "sub_button": [
        {"type": "view", "name": "搜索", "url": "https://www.example.com"},
        {"type": "scancode_push", "name": "扫码", "key": "rselfmenu_0_1"},
    ]},
]}  # fmt: skip


def post_menu(wecom: Corp, button: list[object]) -> dict[str, object]:
    args = {"access_token": wecom.token(), "agentid": wecom.agentid}
    return dict(wecom.http.post(f"{wecom.base}/cgi-bin/menu/create", params=args, json={"button": button}, timeout=20).json())


@documented("90231", "menu/create", "menu/get", "menu/delete", writes=True)
def test_a_menu_is_made_shown_and_deleted(wecom: Corp) -> None:
    shaped_like(post_menu(wecom, MENU["button"]), OK)
    shown = wecom.get("menu/get", agentid=wecom.agentid)
    shaped_like(shown, {"button": [{"type": "click", "name": "今日任务", "key": "V1001"}]})
    shaped_like(shown["button"][1]["sub_button"], MENU["button"][1]["sub_button"])
    shaped_like(wecom.get("menu/delete", agentid=wecom.agentid), OK)


@documented("90231", "menu/create", writes=True)
def test_four_buttons_are_too_many(wecom: Corp) -> None:
    assert post_menu(wecom, [{"type": "click", "name": "a", "key": "k"}] * 4)["errcode"] == 40016


@documented("90227", "agent/get")
def test_agent_get(wecom: Corp) -> None:
    sample = {
        "agentid": 1000005, "name": "HR", "square_logo_url": "https://p.qlogo.cn/bizmail/x/0", "description": "HR服务",
        "allow_userinfos": {"user": [{"userid": "zhangshan"}]}, "allow_partys": {"partyid": [1]}, "allow_tags": {"tagid": [1]},
        "close": 0, "redirect_domain": "open.work.weixin.qq.com", "report_location_flag": 0, "isreportenter": 0,
        "home_url": "https://open.work.weixin.qq.com",
    }  # fmt: skip
    optional = ("allow_userinfos.user[]", "allow_partys.partyid[]", "allow_tags.tagid[]")
    shaped_like(wecom.get("agent/get", agentid=wecom.agentid), OK | sample, optional)


@documented("90227", "agent/list")
def test_agent_list(wecom: Corp) -> None:
    listed = {"agentid": 1000005, "name": "HR助手", "square_logo_url": "https://p.qlogo.cn/bizmail/x/0"}
    shaped_like(wecom.get("agent/list"), OK | {"agentlist": [listed]})


@documented("90227", "agent/set", writes=True)
def test_agent_set(wecom: Corp) -> None:
    body = {"agentid": wecom.agentid, "report_location_flag": 0, "isreportenter": 1, "description": "导购工作台"}
    shaped_like(wecom.post("agent/set", **body), OK)


@documented("90253", "media/upload", writes=True)
def test_temporary_media_of_each_kind(wecom: Corp) -> None:
    """created_at is a text here, errmsg may be empty."""
    for kind, name, content in (("image", "海报.png", png()), ("voice", "a.amr", VOICE), ("file", "话术.txt", TEXT)):
        answer = wecom.upload("media/upload", name, content, type=kind)
        shaped_like(
            answer, {"errcode": 0, "errmsg": "", "type": "image", "media_id": "1G6nrLmr5EC3MMb_", "created_at": "1380000000"}
        )


@documented("90256", "media/uploadimg", writes=True)
def test_a_permanent_picture(wecom: Corp) -> None:
    shaped_like(
        wecom.upload("media/uploadimg", "a.png", png()), {"errcode": 0, "errmsg": "", "url": "http://p.qpic.cn/pic_wework/0"}
    )


@documented("90254", "media/get", writes=True)
def test_media_comes_back_whole_and_in_parts(wecom: Corp) -> None:
    media_id = wecom.upload("media/upload", "a.png", png(), type="image")["media_id"]
    args = {"access_token": wecom.token(), "media_id": media_id}
    whole = wecom.http.get(f"{wecom.base}/cgi-bin/media/get", params=args, timeout=20)
    assert (whole.status_code, whole.content) == (200, png())
    assert "attachment; filename=" in whole.headers["Content-disposition"]
    part = wecom.http.get(f"{wecom.base}/cgi-bin/media/get", params=args, headers={"Range": "bytes=0-15"}, timeout=20)
    assert (part.status_code, part.content) == (206, png()[:16])


@documented("90254", "media/get")
def test_a_media_id_nobody_gave_is_json_with_status_200(wecom: Corp) -> None:
    args = {"access_token": wecom.token(), "media_id": "nonsense"}
    answer = wecom.http.get(f"{wecom.base}/cgi-bin/media/get", params=args, timeout=20)
    assert (answer.status_code, answer.json()["errcode"]) == (200, 40007)
