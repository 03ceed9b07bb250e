"""What a phone has to load: the style stands in the page and holds every component in use; files and pages come squeezed."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from foundation.assets import asset
from org.models import Staff
from sidebar.style import page_style, trimmed, without_unused
from tests.builders.sop import Brand
from tests.rooms.sidebar.conftest import WECOM, Phone

TEMPLATES = Path(__file__).parents[3] / "sidebar" / "templates" / "sidebar"


def test_every_component_a_template_uses_is_in_the_style() -> None:
    style = page_style()
    used = {name for page in TEMPLATES.glob("*.html") for name in re.findall(r"weui-[a-zA-Z0-9_-]+", page.read_text())}
    assert used, "the pages use WeUI"
    assert {name for name in used if f".{name}" not in style} == set(), "name the component in sidebar.style.COMPONENTS"
    assert "</" not in style
    assert len(gzip.compress(style.encode())) < 12_000


def test_of_a_foreign_style_only_our_components_stay() -> None:
    css = (
        ".weui-btn{color:red}.weui-dialog,.weui-btn_mini{top:0}@media (prefers-color-scheme:dark){.weui-grid{top:1px}body{--a:1}}"
        "/* x */.weui-primary-loading{animation:f 1s}@keyframes f{to{top:0}}@keyframes g{to{top:0}}@font-face{src:url(x)}"
    )
    assert trimmed(css) == (
        ".weui-btn{color:red}.weui-btn_mini{top:0}@media (prefers-color-scheme:dark){body{--a:1}}"
        ".weui-primary-loading{animation:f 1s}@keyframes f{to{top:0}}"
    )


def test_of_foreign_variables_only_those_somebody_reads_stay() -> None:
    css = "body{--weui-A:1;--weui-B:var(--weui-C);--weui-C:2}@media print{body{--weui-A:3}}.x{top:var(--weui-B)}"
    assert without_unused(css) == "body{--weui-B:var(--weui-C);--weui-C:2}.x{top:var(--weui-B)}"
    assert "--weui-A:3" in without_unused(css, "p{left:var( --weui-A)}")
    style = page_style()
    read, known = (set(re.findall(pattern, style)) for pattern in (r"var\((--weui-[\w-]+)\)", r"(--weui-[\w-]+)\s*:"))
    assert read <= known
    assert known <= set(re.findall(r"--weui-[\w-]+", re.sub(r"(?<=[{;])\s*--[\w-]+\s*:", "", style)))


def test_pages_and_scripts_come_squeezed_to_who_takes_that(app: Flask, phone: Callable[[Staff], Phone], brand: Brand) -> None:
    hers = phone(brand.ai)
    plain = hers.page("/sidebar/tasks")
    squeezed = hers.client.get("/sidebar/tasks", headers={"User-Agent": WECOM, "Accept-Encoding": "gzip"})
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert len(squeezed.data) < len(plain.encode()) / 2
    assert "任务" in gzip.decompress(squeezed.data).decode()
    script = app.test_client().get(asset("htmx.js"), headers={"Accept-Encoding": "gzip"})
    assert script.headers["Content-Encoding"] == "gzip"
    assert b"htmx" in gzip.decompress(script.data)
    assert b"htmx" in app.test_client().get(asset("htmx.js")).data
