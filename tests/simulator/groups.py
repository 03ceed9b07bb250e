"""Customer groups as the tests look for them and let people act in them."""


def groups_of(platform, userid="lixiaomei"):
    return platform.control(f"groups?userid={userid}")["groups"]


def group_named(platform, name="雪岭徐家汇会员群"):
    return next(each for each in platform.control("groups")["groups"] if each["name"] == name)


def outsider(platform, group, userid="lixiaomei"):
    """A customer of hers who is not in the group."""
    inside = {each["id"] for each in platform.control(f"groups/{group['chat_id']}")["members"]}
    known = platform.get("externalcontact/list", userid=userid)["external_userid"]
    return next(each for each in known if each not in inside)


def made(platform, **more):
    return platform.do("group_creates", userid="lixiaomei", name="新品群", **more)["chat_id"]


def refused(platform, deed, **body):
    answer = platform.ask(f"do/{deed}", "POST", **body)
    assert answer.status_code >= 400, answer.text
    return answer.json()["error"]
