"""Two people at one form: the second sees what the first changed, her own words stay, and a second save is hers."""

import re

import pytest

from content_library.models import ItemVersion
from foundation.db import transaction
from sop.models import CareNode, Task, TaskStatus
from tests.builders.content_library import make_script
from tests.builders.sop import make_task


def _filled(page: str, **changes: str) -> dict[str, object]:
    """The form of a page as a browser would send it, with some fields typed over."""
    fields: dict[str, object] = dict(re.findall(r'<input[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea[^>]*? name="(\w+)"[^>]*>([^<]*)</textarea>', page))
    for name, inside in re.findall(r'<select[^>]*? name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        fields[name] = next(iter(re.findall(r'value="([^"]*)" selected', inside)), "")
    fields.pop("csrf_token", None)
    return fields | changes


@pytest.fixture
def drafts(brand):
    with transaction() as session:
        task = make_task(session, brand, status=TaskStatus.DRAFT)
        script = make_script(session, brand.headquarters)
        node = CareNode(day=9, title="关怀", advice="", estimated_minutes=1)
        session.add(node)
        session.flush()
        return {"task": f"/hq/tasks/{task.id}/edit", "content": f"/hq/content/{script.id}/edit", "care": f"/hq/care/{node.id}"}


@pytest.mark.parametrize("kind", ["task", "content", "care"])
def test_the_second_to_save_sees_the_first_ones_words(brand, sign_in, drafts, kind):
    first, second, path = sign_in(brand.headquarters), sign_in(brand.headquarters), drafts[kind]
    hers, his = _filled(first.get(path), title="她的标题"), _filled(second.get(path), title="他的标题")
    if kind == "task":
        hers, his = hers | {"answer_kind": "tap"}, his | {"answer_kind": "tap"}
    assert first.post(path, **hers).status_code == 302
    told = second.post(path, **his)
    assert told.status_code == 409
    assert "有人改过并保存了" in told.text
    assert "有人刚刚改成了：「她的标题」" in told.text
    assert 'value="他的标题"' in told.text
    assert _titles(kind)[-1] == "她的标题"
    again = _filled(told.text) | ({"answer_kind": "tap"} if kind == "task" else {})
    assert second.post(path, **again).status_code == 302
    assert _titles(kind)[-1] == "他的标题"


def _titles(kind: str) -> list[str]:
    table = {"task": Task, "content": ItemVersion, "care": CareNode}[kind]
    with transaction() as session:
        return [row.title for row in session.query(table).order_by(table.id)]
