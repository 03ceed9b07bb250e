"""A small corp behind a scripted platform: departments, members, customers in pages, and what may not be seen."""

from dataclasses import dataclass, field

from foundation.db import Json
from tests.builders.platform import Call, ScriptedPlatform, errcode


@dataclass
class Corp:
    """What the platform answers. `refused` maps (path, subject) to an errcode; a page holds `page_size` rows."""

    departments: list[Json] = field(default_factory=list)
    users: dict[str, Json] = field(default_factory=dict)
    follow_users: list[str] = field(default_factory=list)
    rows: list[Json] = field(default_factory=list)
    tags: list[Json] = field(default_factory=list)
    unlicensed: list[str] = field(default_factory=list)
    refused: dict[tuple[str, str], int] = field(default_factory=dict)
    page_size: int = 2

    def answer_on(self, platform: ScriptedPlatform) -> None:
        """Let the platform tell of this corp from now on."""
        platform.always |= {
            "department/list": lambda _: self._or("department/list", "", {"department": self.departments}),
            "user/list": self._users,
            "user/simplelist": self._simple_users,
            "user/get": self._user,
            "externalcontact/get_follow_user_list": lambda _: self._or("follow", "", {"follow_user": self.follow_users}),
            "externalcontact/get_corp_tag_list": lambda _: self._or("tags", "", {"tag_group": self.tags}),
            "externalcontact/batch/get_by_user": self._page,
            "externalcontact/get": self._customer,
        }

    def _or(self, path: str, subject: str, answer: Json) -> Json:
        number = self.refused.get((path, subject))
        return {"errcode": 0, "errmsg": "ok", **answer} if number is None else errcode(number)

    def _users(self, call: Call) -> Json:
        number = call.query["department_id"]
        return self._or("user/list", number, {"userlist": self._in(number)})

    def _simple_users(self, call: Call) -> Json:
        number = call.query["department_id"]
        reduced = [{name: row[name] for name in ("userid", "name", "department")} for row in self._in(number)]
        return self._or("user/simplelist", number, {"userlist": reduced})

    def _in(self, number: str) -> list[Json]:
        return [row for row in self.users.values() if int(number) in row["department"]]

    def _user(self, call: Call) -> Json:
        userid = call.query["userid"]
        return self._or("user/get", userid, self.users[userid]) if userid in self.users else errcode(60111)

    def _page(self, call: Call) -> Json:
        asked, cursor = call.json["userid_list"], int(call.json["cursor"] or 0)
        for userid in asked:
            if ("batch", userid) in self.refused:
                return errcode(self.refused["batch", userid])
        rows = [row for row in self.rows if row["follow_info"]["userid"] in asked]
        if not rows and not set(asked) & set(self.unlicensed):
            return errcode(84061)
        following = cursor + self.page_size
        return {
            "errcode": 0,
            "errmsg": "ok",
            "external_contact_list": rows[cursor:following],
            "next_cursor": str(following) if following < len(rows) else "",
            "fail_info": {"unlicensed_userid_list": [userid for userid in asked if userid in self.unlicensed]},
        }

    def _customer(self, call: Call) -> Json:
        wanted = call.query["external_userid"]
        rows = [row for row in self.rows if row["external_contact"]["external_userid"] == wanted]
        if not rows:
            return self._or("get", wanted, {}) if ("get", wanted) in self.refused else errcode(84061)
        followers = [
            {**row["follow_info"], "tags": [{"tag_id": tag, "type": 1} for tag in row["follow_info"]["tag_id"]]} for row in rows
        ]
        return self._or("get", wanted, {"external_contact": rows[0]["external_contact"], "follow_user": followers})
