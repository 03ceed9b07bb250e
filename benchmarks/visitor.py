"""A signed-in person over real HTTP: the session cookie is made with the app's own key, the CSRF token read from a page."""

import re

import requests
from flask import Flask, session

from benchmarks.figures import WrongAnswer
from benchmarks.stage import Stage
from foundation.config import settings
from foundation.web import set_up_web, sign_in

TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


def session_cookie(person_id: int, epoch: int) -> str:
    """The value of the cookie that signing in would set."""
    app = Flask("visitor")
    set_up_web(app, settings())
    with app.test_request_context():
        sign_in(person_id, epoch)
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        return str(serializer.dumps(dict(session)))


class Visitor:
    """Requests of one person to the stage's web app."""

    def __init__(self, built: Stage, person_id: int, epoch: int) -> None:
        self.base = f"http://127.0.0.1:{built.port}"
        self.cookie = f"guidedesk={session_cookie(person_id, epoch)}"
        self.http = requests.Session()
        self.http.headers["Cookie"] = self.cookie

    def get(self, path: str) -> str:
        """A page; anything but 200 is a wrong answer."""
        answer = self.http.get(self.base + path, timeout=30, allow_redirects=False)
        if answer.status_code != 200:
            raise WrongAnswer(f"{path}: {answer.status_code}")
        return answer.text

    def post(self, path: str, **form: str) -> None:
        """A form with its CSRF token; anything but a redirect or 200 is a wrong answer."""
        page = self.http.get(self.base + "/hq/tasks", timeout=30)
        found = TOKEN.search(page.text)
        cookies = "; ".join([self.cookie, *(f"{name}={value}" for name, value in page.cookies.items() if name != "guidedesk")])
        fresh = page.cookies.get("guidedesk")
        headers = {"X-CSRFToken": found.group(1) if found else "", "Cookie": f"guidedesk={fresh}" if fresh else cookies}
        answer = self.http.post(self.base + path, data=form, headers=headers, timeout=30, allow_redirects=False)
        if answer.status_code not in {200, 204, 302, 303}:
            raise WrongAnswer(f"{path}: {answer.status_code} {answer.text[:200]}")
