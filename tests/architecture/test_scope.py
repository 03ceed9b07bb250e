"""The scope rule stands in one place: a subtree is asked for with org.queries.inside, which knows what stands nowhere."""

import re

from tests.architecture.test_house_rules import PRODUCT, ROOT


def test_no_room_but_org_compares_paths_by_itself() -> None:
    compares = re.compile(r"\.like\(|path\)? +(NOT +)?LIKE|\.startswith\(viewer\.path")
    guilty = [
        str(path.relative_to(ROOT))
        for path in PRODUCT
        if path.relative_to(ROOT).parts[0] != "org" and compares.search(path.read_text())
    ]
    assert guilty == [], "use org.queries.inside"
