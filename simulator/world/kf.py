"""All of 微信客服 in one place: accounts and sessions with their indexes, callback tokens, message codes, switches."""

from dataclasses import dataclass, field

from simulator.limits import MINUTE, Window
from simulator.world.kf_accounts import KfAccount
from simulator.world.kf_sessions import HUMAN, OVER, KfSession

KEEP_PASSES = 50_000


@dataclass(slots=True)
class KfOptions:
    """What the documents leave open, with the simulator's choice, and figures a test may want smaller.

    `over_errcode` answers a change of an ended session; `fail_type` 0 and more lets every accepted send fail so.
    """

    end_from_any: bool = True
    over_errcode: int = 95013
    max_servicers: int = 2_000
    max_accounts: int = 5_000
    syncs_without_token: int = 10
    scene_param_decoded: bool = False
    straight_to_servicer: bool = False
    empty_pages: bool = False
    fail_type: int = -1


@dataclass(slots=True)
class KfToken:
    value: str
    open_kfid: str
    expires_at: float


@dataclass(slots=True)
class KfCode:
    """Opens one send_msg_on_event; kind: welcome, pool, taken, ended."""

    code: str
    kind: str
    open_kfid: str
    external_userid: str
    round: int
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class KfUpgrades:
    """升级服务: to whom and into which groups customers may be recommended."""

    userids: list[str] = field(default_factory=list)
    departments: list[int] = field(default_factory=list)
    chat_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Kf:
    accounts: dict[str, KfAccount] = field(default_factory=dict)
    sessions: dict[str, KfSession] = field(default_factory=dict)
    tokens: dict[str, KfToken] = field(default_factory=dict)
    codes: dict[str, KfCode] = field(default_factory=dict)
    upgrades: KfUpgrades = field(default_factory=KfUpgrades)
    options: KfOptions = field(default_factory=KfOptions)
    last_line: int = 0
    _open: dict[str, KfSession] = field(default_factory=dict, init=False, repr=False)
    _of_customer: dict[str, list[KfSession]] = field(default_factory=dict, init=False, repr=False)
    _tokenless: dict[int, Window] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for session in self.sessions.values():
            self._index(session)

    def find_link(self, link_id: str) -> KfAccount | None:
        return next((each for each in self.accounts.values() if each.link_id == link_id), None)

    def session(self, open_kfid: str, external_userid: str) -> KfSession | None:
        return self.sessions.get(f"{open_kfid}|{external_userid}")

    def add_session(self, open_kfid: str, external_userid: str) -> KfSession:
        """The session of the two, made when they never met."""
        found = self.session(open_kfid, external_userid)
        if found is None:
            found = KfSession(open_kfid, external_userid)
            self.sessions[found.key] = found
            self._index(found)
        return found

    def of_customer(self, external_userid: str) -> list[KfSession]:
        return self._of_customer.get(external_userid, [])

    def live(self) -> list[KfSession]:
        """Sessions that have not ended."""
        return list(self._open.values())

    def put(self, session: KfSession, state: int, servicer: str = "") -> None:
        """Set the state; the servicer counts in 由人工接待 only."""
        session.state, session.servicer = state, servicer if state == HUMAN else ""
        if session.servicer and session.servicer not in session.served:
            session.served.append(session.servicer)
        if state == OVER:
            self._open.pop(session.key, None)
        else:
            self._open[session.key] = session

    def remove_account(self, account: KfAccount) -> None:
        del self.accounts[account.open_kfid]
        for session in [each for each in self.sessions.values() if each.open_kfid == account.open_kfid]:
            del self.sessions[session.key]
            self._open.pop(session.key, None)
            self._of_customer[session.external_userid].remove(session)

    def forget_silent(self, before: float) -> None:
        """Drop ended sessions without a word in them that were last entered before this moment and leave nothing to remember."""
        for session in list(self.sessions.values()):
            if session.state == OVER and not session.lines and session.active_at < before and not session.remembered:
                del self.sessions[session.key]
                self._of_customer[session.external_userid].remove(session)

    def next_id(self) -> int:
        self.last_line += 1
        return self.last_line

    def allow_tokenless(self, agentid: int, now: float) -> bool:
        window = self._tokenless.setdefault(agentid, Window(MINUTE))
        return window.take(now, self.options.syncs_without_token)

    def keep_token(self, token: KfToken) -> None:
        self.tokens[token.value] = token
        if len(self.tokens) > KEEP_PASSES:
            del self.tokens[next(iter(self.tokens))]

    def keep_code(self, code: KfCode) -> None:
        self.codes[code.code] = code
        if len(self.codes) > KEEP_PASSES:
            del self.codes[next(iter(self.codes))]

    def _index(self, session: KfSession) -> None:
        self._of_customer.setdefault(session.external_userid, []).append(session)
        if session.state != OVER:
            self._open[session.key] = session
