"""Tells watching pages that something they show has changed; keeps no history."""

import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Watch:
    """One watcher: empty fields match everybody. `either`: one of the two is enough."""

    userid: str = ""
    external_userid: str = ""
    either: bool = False
    changes: list[dict[str, str]] = field(default_factory=list)

    def wants(self, userid: str, external_userid: str) -> bool:
        if self.either:
            return bool(userid and self.userid == userid) or bool(external_userid and self.external_userid == external_userid)
        if self.userid and self.userid != userid:
            return False
        return not self.external_userid or self.external_userid == external_userid


class Notices:
    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._watches: list[Watch] = []
        self.closed = False

    @property
    def watched(self) -> bool:
        """Does anybody look? What is changed while nobody does need not be told."""
        return bool(self._watches)

    def changed(self, userid: str, external_userid: str = "") -> None:
        if not self.watched:
            return
        userid = userid.lower()
        with self._condition:
            for watch in self._watches:
                if len(watch.changes) < 100 and watch.wants(userid, external_userid):
                    watch.changes.append({"userid": userid, "external_userid": external_userid})
            self._condition.notify_all()

    def watch(self, userid: str = "", external_userid: str = "", either: bool = False) -> Watch:
        watch = Watch(userid.lower(), external_userid, either)
        with self._condition:
            self._watches.append(watch)
        return watch

    def leave(self, watch: Watch) -> None:
        with self._condition:
            self._watches.remove(watch)

    def wait(self, watch: Watch, seconds: float) -> list[dict[str, str]]:
        """Changes since the last call, waiting up to `seconds` for the first; an empty list when none came."""
        with self._condition:
            self._condition.wait_for(lambda: bool(watch.changes) or self.closed, seconds)
            taken, watch.changes = watch.changes, []
        return taken

    def close(self) -> None:
        """Wake every watcher for good."""
        with self._condition:
            self.closed = True
            self._condition.notify_all()
