"""OpenIDs given for members, so that each leads back to its member (DOC 93274)."""

import hashlib
from dataclasses import dataclass, field


@dataclass(slots=True)
class OpenIds:
    """By openid, the member's userid. A customer's openid is worked out of her id and needs no book."""

    userids: dict[str, str] = field(default_factory=dict)

    def of_member(self, corpid: str, userid: str) -> str:
        digest = hashlib.sha1(f"{corpid}|{userid.lower()}".encode(), usedforsecurity=False).hexdigest()
        openid = f"o{digest[:27]}"
        self.userids[openid] = userid
        return openid
