"""Who an app may see (可见范围); asked on every call, so the departments are worked out once per version of the tree."""

from simulator.world.apps import App
from simulator.world.people import Member, People


class Visibility:
    def __init__(self) -> None:
        self._known: dict[int, tuple[int, App, frozenset[int]]] = {}

    def departments(self, people: People, app: App) -> frozenset[int]:
        """Ids of the departments inside the range, with everything under them."""
        known = self._known.get(app.agentid)
        if known is None or known[0] != people.version or known[1] is not app:
            inside = (each for top in app.visible_departments for each in people.tree(top))
            known = (people.version, app, frozenset(inside))
            self._known[app.agentid] = known
        return known[2]

    def sees(self, people: People, app: App, member: Member) -> bool:
        inside = self.departments(people, app)
        if any(each in inside for each in member.departments):
            return True
        if member.userid in app.visible_users:
            return True
        tags = (people.tags.get(each) for each in app.visible_tags)
        return any(tag and member.userid in tag.users for tag in tags)

    def find(self, people: People, app: App, userid: str) -> Member | None:
        """The member, when there is one and this app may see them."""
        member = people.find(userid)
        return member if member and self.sees(people, app, member) else None

    def forget(self) -> None:
        self._known.clear()

    def members(self, people: People, app: App) -> list[Member]:
        return [member for member in people.members.values() if self.sees(people, app, member)]
