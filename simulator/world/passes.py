"""Everything that opens a door for a while: access tokens, JS tickets, OAuth codes, user tickets, welcome codes."""

from dataclasses import dataclass, field
from typing import Any

KEEP = 200_000


@dataclass(slots=True)
class Token:
    """`refusal` is the errcode it answers once it no longer opens; 0 while it does."""

    value: str
    agentid: int
    expires_at: float
    refusal: int = 0


@dataclass(slots=True)
class Ticket:
    """agentid None is the corp's ticket (wx.config), a number that app's ticket (agentConfig)."""

    value: str
    agentid: int | None
    expires_at: float


@dataclass(slots=True)
class LoginCode:
    code: str
    userid: str
    agentid: int
    scope: str
    expires_at: float
    external_userid: str = ""
    used: bool = False


@dataclass(slots=True)
class UserTicket:
    value: str
    userid: str
    expires_at: float


@dataclass(slots=True)
class WelcomeCode:
    code: str
    userid: str
    external_userid: str
    expires_at: float
    used: bool = False


@dataclass(slots=True)
class ResponseCode:
    """Opens one update of a template card; `userid` is the clicker, empty when it came from message/send."""

    code: str
    msgid: str
    agentid: int
    expires_at: float
    userid: str = ""


@dataclass(slots=True)
class Passes:
    tokens: dict[str, Token] = field(default_factory=dict)
    current: dict[int, str] = field(default_factory=dict)
    tickets: list[Ticket] = field(default_factory=list)
    logins: dict[str, LoginCode] = field(default_factory=dict)
    user_tickets: dict[str, UserTicket] = field(default_factory=dict)
    welcomes: dict[str, WelcomeCode] = field(default_factory=dict)
    responses: dict[str, ResponseCode] = field(default_factory=dict)

    def live_token(self, agentid: int, now: float) -> Token | None:
        token = self.tokens.get(self.current.get(agentid, ""))
        return token if token and not token.refusal and token.expires_at > now else None

    def keep_token(self, token: Token) -> None:
        self.tokens[token.value] = token
        self.current[token.agentid] = token.value

    def live_ticket(self, agentid: int | None, now: float) -> Ticket | None:
        fitting = (t for t in reversed(self.tickets) if t.agentid == agentid and t.expires_at > now)
        return next(fitting, None)

    def forget_oldest(self) -> None:
        """Keep the books bounded: what was given out longest ago goes first."""
        books: tuple[dict[str, Any], ...] = (self.tokens, self.logins, self.user_tickets, self.welcomes, self.responses)
        for book in books:
            while len(book) > KEEP:
                del book[next(iter(book))]
