"""Everything that opens a door for a while: access tokens, JS tickets, OAuth codes, user tickets, welcome codes."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

KEEP = 200_000
# What has expired still answers that it has (42001, 42003, 84014 …), and is nobody's any more a day later.
REMEMBERED = 86_400


@dataclass(slots=True)
class Token:
    """`refusal` is the errcode it answers once it no longer opens; 0 while it does."""

    value: str
    agentid: int
    expires_at: float
    refusal: int = 0


@dataclass(slots=True)
class Ticket:
    """agentid None is the corp's ticket (wx.config), a number that app's ticket (agentConfig, or invoices)."""

    value: str
    agentid: int | None
    expires_at: float
    invoice: bool = False


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
    """`after_line`: the last line of any chat when they became friends; what they say is behind it."""

    code: str
    userid: str
    external_userid: str
    expires_at: float
    used: bool = False
    after_line: int = 0


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

    def __post_init__(self) -> None:
        # The oldest is dropped again and again: a plain dict walks over all the holes in front of it each time.
        self.tokens, self.logins = OrderedDict(self.tokens), OrderedDict(self.logins)
        self.user_tickets, self.welcomes = OrderedDict(self.user_tickets), OrderedDict(self.welcomes)
        self.responses = OrderedDict(self.responses)

    def live_token(self, agentid: int, now: float) -> Token | None:
        token = self.tokens.get(self.current.get(agentid, ""))
        return token if token and not token.refusal and token.expires_at > now else None

    def keep_token(self, token: Token) -> None:
        self.tokens[token.value] = token
        self.current[token.agentid] = token.value

    def live_ticket(self, agentid: int | None, now: float, invoice: bool = False) -> Ticket | None:
        fitting = (t for t in reversed(self.tickets) if (t.agentid, t.invoice) == (agentid, invoice) and t.expires_at > now)
        return next(fitting, None)

    def valid_login(self, code: str, agentid: int, now: float) -> bool:
        """Would this code open now? Asking does not spend it."""
        login = self.logins.get(code)
        return login is not None and login.agentid == agentid and not login.used and login.expires_at > now

    def forget_oldest(self, now: float) -> None:
        """Keep the books bounded: what expired a day ago goes, and what was given out longest ago when there is too much."""
        books: tuple[dict[str, Any], ...] = (self.tokens, self.logins, self.user_tickets, self.welcomes, self.responses)
        for book in books:
            # In the order they were given out, so the first that is still remembered ends it.
            while book and (len(book) > KEEP or next(iter(book.values())).expires_at < now - REMEMBERED):
                del book[next(iter(book))]
        self.tickets = [each for each in self.tickets if each.expires_at > now]
