"""Departments, members, and who opened the page (DOC 90196, 90200, 90208, 95350, 91022, 91023, 95833, 98152)."""

from urllib.parse import parse_qs, urlsplit

from tests.simulator.platform import AGENTID, CORPID

PRODUCT = "http://127.0.0.1:8000"


def authorize(platform, page="connect/oauth2/authorize", redirect_uri=f"{PRODUCT}/auth?next=a", **args):
    query = {"appid": CORPID, "redirect_uri": redirect_uri, "agentid": AGENTID, "state": "S1", **args}
    return platform.http.get(f"{platform.base}/{page}", params=query, allow_redirects=False, timeout=60)


def code_for(platform, userid="lixiaomei", **args):
    location = authorize(platform, **{"as": userid, **args}).headers["Location"]
    return parse_qs(urlsplit(location).query)["code"][0]


def test_the_tree_in_both_shapes(platform):
    full = platform.get("department/list")["department"]
    assert full[0].keys() == {"id", "name", "name_en", "department_leader", "parentid", "order"}
    simple = platform.get("department/simplelist", id=10)["department_id"]
    assert simple[0]["id"] == 10
    assert {row["id"] for row in simple} == {10, 11, 12, 101, 102, 103, 104}
    assert platform.get("department/get", id=101)["department"]["name"] == "上海徐家汇店"
    assert platform.get("department/get", id=999)["errcode"] == 60003


def test_members_one_level_without_sensitive_fields(platform):
    assert platform.get("user/simplelist", department_id=1)["userlist"] == []
    assert len(platform.get("user/simplelist", department_id=1, fetch_child=1)["userlist"]) == 26
    members = platform.get("user/list", department_id=101)["userlist"]
    assert [row["userid"] for row in members] == ["chenjing", "lixiaomei", "zhouting", "wufang"]
    manager = platform.get("user/get", userid="ChenJing")
    assert manager["userid"] == "chenjing"
    assert manager["is_leader_in_dept"] == [1]
    assert not {"mobile", "email", "avatar", "gender"} & manager.keys()


def test_list_id_pages_and_refuses_a_foreign_cursor(platform):
    secret = "Contacts9syncSecret0dJ3hF5nB7vX1cZ8qWe2RtYu"
    first = platform.post("user/list_id", secret=secret, limit=20)
    rest = platform.post("user/list_id", secret=secret, limit=20, cursor=first["next_cursor"])
    assert (len(first["dept_user"]), len(rest["dept_user"]), rest["next_cursor"]) == (20, 6, "")
    assert platform.post("user/list_id", secret=secret, cursor="nonsense")["errcode"] == 50100


def test_a_code_is_good_once(platform):
    answer = authorize(platform, **{"as": "lixiaomei"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{PRODUCT}/auth?next=a&code=")
    assert answer.headers["Location"].endswith("&state=S1")
    code = code_for(platform)
    assert platform.get("auth/getuserinfo", code=code) == {"errcode": 0, "errmsg": "ok", "userid": "lixiaomei"}
    assert platform.get("auth/getuserinfo", code=code)["errcode"] == 42022
    assert platform.get("auth/getuserinfo", code="made-up")["errcode"] == 40029


def test_a_code_dies_after_five_minutes(platform):
    code = code_for(platform)
    platform.control("clock", advance=301)
    assert platform.get("auth/getuserinfo", code=code)["errcode"] == 42003


def test_private_scope_gives_a_user_ticket(platform):
    code = code_for(platform, scope="snsapi_privateinfo")
    ticket = platform.get("auth/getuserinfo", code=code)["user_ticket"]
    detail = platform.post("auth/getuserdetail", user_ticket=ticket)
    assert detail["userid"] == "lixiaomei"
    assert detail["avatar"].startswith(platform.base)
    assert platform.post("auth/getuserdetail", user_ticket="x")["errcode"] == 84015
    platform.control("clock", advance=1801)
    platform._tokens.clear()
    assert platform.post("auth/getuserdetail", user_ticket=ticket)["errcode"] == 84014


def test_a_customer_is_no_member(platform):
    customer = platform.control("members/lixiaomei")["contacts"][0]["external_userid"]
    body = platform.get("auth/getuserinfo", code=code_for(platform, userid=customer))
    assert body["external_userid"] == customer
    assert "userid" not in body


def test_the_legacy_path_answers_in_capitals(platform):
    assert platform.get("user/getuserinfo", code=code_for(platform))["UserId"] == "lixiaomei"


def test_another_domain_or_port_is_50001(platform):
    for uri in ("http://evil.example/auth", "http://127.0.0.1:8001/auth"):
        answer = authorize(platform, redirect_uri=uri, **{"as": "lixiaomei"})
        assert answer.status_code == 200
        assert "50001" in answer.text


def test_without_a_name_a_page_asks_who(platform):
    for page in ("connect/oauth2/authorize", "wwlogin/sso/login"):
        answer = authorize(platform, page=page)
        assert "李小美" in answer.text
        assert "as=lixiaomei" in answer.text
    found = authorize(platform, page="wwlogin/sso/login", q="王敏").text
    assert "hq_wangmin" in found
    assert "lixiaomei" not in found


def test_app_and_menu(platform):
    assert platform.get("agent/get", agentid=AGENTID)["name"] == "导购台"
    assert [row["agentid"] for row in platform.get("agent/list")["agentlist"]] == [AGENTID]
    assert platform.post("agent/set", agentid=AGENTID, home_url="http://127.0.0.1:8000/")["errcode"] == 0
    args = {"access_token": platform.token(), "agentid": AGENTID}
    assert platform.get("menu/get", agentid=AGENTID)["errcode"] == 46003
    menu = {"button": [
        {"type": "click", "name": "今日任务", "key": "V1001"},
        {"name": "菜单", "sub_button": [{"type": "view", "name": "搜索", "url": "https://www.example.com"}]},
    ]}  # fmt: skip
    assert platform.raw("POST", "menu/create", params=args, json=menu).json()["errcode"] == 0
    assert platform.get("menu/get", agentid=AGENTID)["button"] == menu["button"]
    wrong = {"button": [{"type": "click", "name": "一二三四五六", "key": "k"}]}
    assert platform.raw("POST", "menu/create", params=args, json=wrong).json()["errcode"] == 40018
    assert platform.get("menu/delete", agentid=AGENTID)["errcode"] == 0
