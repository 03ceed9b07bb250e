"""The sidebar through its front door: a committed brand, content, and phones already signed in."""

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from content_library.models import Persona
from foundation import clock
from foundation.db import transaction
from org.models import Staff
from tests.builders.content_library import make_poster, make_script
from tests.builders.sop import Brand, make_brand
from tests.web import WECOM, WeComVisitor, app, signed_in

__all__ = ["WECOM", "app", "brand", "phone"]


@pytest.fixture
def brand(database: None) -> Brand:
    with transaction() as session:
        made = make_brand(session)
        for title, stage in (("羽绒服怎么洗", ""), ("尺码怎么选", ""), ("刚加好友：自我介绍", "引入期")):
            make_script(session, made.headquarters, title=title, bubbles=["{客户称呼}，您好", "我是{门店}的{导购}"], stage=stage)
        session.add(Persona(name="产品专家", created_at=clock.now()))
        for title in ("上新海报", "感恩海报"):
            make_poster(session, made.headquarters, title=title)
        return made


class Phone(WeComVisitor):
    """A guide's WeCom: it takes the CSRF token from a page, as the page's script does."""

    def __init__(self, client: FlaskClient) -> None:
        super().__init__(client)
        self._token = ""

    def post(self, path: str, body: object = None, **rest: object) -> TestResponse:
        """What a page's script posts: JSON, or a form with `data=`."""
        if not self._token:
            found = re.search(r'name="csrf" content="([^"]+)"', self.page("/sidebar/tasks"))
            assert found
            self._token = found.group(1)
        headers = {"X-CSRFToken": self._token, "Accept": "application/json", "User-Agent": WECOM}
        if "data" not in rest:
            rest = {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.post(path, headers=headers, **rest)  # type: ignore[arg-type]


@pytest.fixture
def phone(app: Flask) -> Callable[[Staff], Phone]:
    return lambda staff: Phone(signed_in(app, staff))
