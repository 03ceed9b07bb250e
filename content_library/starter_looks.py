"""Draws the cards of the starter looks (搭配): swatches of the colours their names tell, and the pieces by name."""

from functools import lru_cache

from content_library.layout import Background, Layout, Panel, TextBox
from content_library.posters import PosterFacts, draw_poster

PALETTE = {
    "燕麦": "#d9c9ae", "深灰": "#4a4f57", "中灰": "#8a9099", "浅灰": "#c3c8cf", "雾蓝": "#9db4c8", "浅蓝": "#b9d3ea",
    "藏青": "#26344f",
    "酒红": "#7a2b3a", "深驼": "#a07b52", "驼": "#b8946a", "深棕": "#5b4433", "墨绿": "#2f4a3f", "橘": "#e08a4e",
    "橙": "#e07f3c",
    "米白": "#f1ebdf", "白": "#f7f7f4", "黑": "#2b2c30", "灰": "#9a9fa8", "牛仔": "#5b7799",
}  # fmt: skip
UNKNOWN = ("#cfc6b8", "#a9b3ab", "#b8a99a", "#c2b7c4")
INK, SOFT = "#2b3038", "#7a746a"


def _colour_of(name: str, number: int) -> str:
    return next((colour for word, colour in PALETTE.items() if word in name), UNKNOWN[number % len(UNKNOWN)])


@lru_cache(maxsize=32)
def draw_look(title: str, occasion: str, products: tuple[tuple[str, str], ...]) -> bytes:
    """A JPEG of 750×1000: `products` are (role, name) pairs, at most five of them shown."""
    panels = [Panel(x=40, y=40, w=670, h=920, colour="#ffffff", radius=28)]
    texts = [
        TextBox(text=title, x=80, y=84, w=590, h=64, size=44, min_size=28, weight="bold", colour=INK),
        TextBox(text=occasion, x=80, y=154, w=590, h=40, size=26, min_size=18, colour=SOFT),
    ]
    for number, (role, name) in enumerate(products[:5]):
        top = 232 + number * 144
        panels.append(Panel(x=80, y=top, w=112, h=112, colour="#e4ded3", radius=24))
        panels.append(Panel(x=82, y=top + 2, w=108, h=108, colour=_colour_of(name, number), radius=22))
        texts.append(TextBox(text=role, x=220, y=top + 10, w=450, h=34, size=24, colour=SOFT))
        texts.append(TextBox(text=name, x=220, y=top + 46, w=450, h=56, size=34, min_size=22, weight="bold", colour=INK, lines=2))
    background = Background(colours=("#efe7da", "#dfe6ec"))
    layout = Layout(width=750, height=1000, background=background, panels=tuple(panels), texts=tuple(texts))
    return draw_poster(layout, PosterFacts(0, "", ""))
