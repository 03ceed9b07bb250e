"""When an answer carries the session's cookie."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class Sessions(SecureCookieSessionInterface):
    """A page a person opens renews her seven days. What runs behind a page renews nothing: its answer, overtaken by another,
    would bring an older cookie back, and with it who signed out, or without the word that something was saved.
    """

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether it changed, or somebody opened a page."""
        return session.modified or (not runs_behind() and super().should_set_cookie(app, session))


def runs_behind() -> bool:
    """A page's script or picture asks, not a person. A browser that does not say so is taken for a person."""
    return "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
