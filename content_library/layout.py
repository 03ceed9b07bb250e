"""A poster's layout: the JSON headquarters writes, made into exact boxes. Pure: draws nothing. What is wrong: layout_problems."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from content_library.layout_problems import first_of, told

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
BLOB_KEY = r"^[0-9a-f]{64}$"
SAFE_EDGE = 40
# Panels together may cover the poster so many times: each is a mask of its own size to draw.
MOST_PANELS = 4


def _colour(value: str) -> str:
    if not _HEX.fullmatch(value):
        raise ValueError("颜色写成 #rrggbb")
    return value.lower()


Colour = Annotated[str, AfterValidator(_colour)]
Side = Annotated[int, Field(ge=1, le=2000)]
Place = Annotated[int, Field(ge=0, le=2000)]


class Part(BaseModel):
    """Frozen and exact: an unknown key is an error of the writer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Background(Part):
    """A colour, or two that fade from top to bottom, or a picture (blob) that covers the whole poster."""

    colours: tuple[Colour, ...] = Field(default=("#ffffff",), min_length=1, max_length=2)
    blob_key: str | None = Field(default=None, pattern=BLOB_KEY)


class Panel(Part):
    """A filled rectangle with round corners; opacity 0 to 100."""

    x: Place
    y: Place
    w: Side
    h: Side
    colour: Colour
    radius: Annotated[int, Field(ge=0, le=500)] = 0
    opacity: Annotated[int, Field(ge=0, le=100)] = 100


class Picture(Part):
    """An uploaded picture, the product's for one, cut to fill its box; above the panels, below the words."""

    x: Place
    y: Place
    w: Side
    h: Side
    blob_key: str = Field(pattern=BLOB_KEY)
    radius: Annotated[int, Field(ge=0, le=500)] = 0


class TextBox(Part):
    """Words in a box: they wrap, then shrink from `size` to `min_size`, then are cut with an ellipsis."""

    text: str = Field(max_length=300)
    x: Place
    y: Place
    w: Side
    h: Side
    size: Annotated[int, Field(ge=12, le=200)]
    min_size: Annotated[int, Field(ge=10, le=200)] = 20
    weight: Literal["regular", "bold"] = "regular"
    colour: Colour = "#222222"
    align: Literal["left", "center", "right"] = "left"
    lines: Annotated[int, Field(ge=1, le=12)] = 1


class Square(Part):
    """Where a square picture (avatar, QR code) stands."""

    x: Place
    y: Place
    size: Annotated[int, Field(ge=40, le=1000)]


class Layout(Part):
    """One poster. Texts may hold {导购} {门店} {商品} {价格} {活动}; the last three are the same for every guide."""

    width: Annotated[int, Field(ge=300, le=1500)] = 750
    height: Annotated[int, Field(ge=300, le=2000)] = 1334
    background: Background = Background()
    panels: tuple[Panel, ...] = Field(default=(), max_length=40)
    pictures: tuple[Picture, ...] = Field(default=(), max_length=6)
    texts: tuple[TextBox, ...] = Field(default=(), max_length=40)
    avatar: Square | None = None
    qr: Square | None = None
    product: str = Field(default="", max_length=60)
    price: str = Field(default="", max_length=30)
    campaign: str = Field(default="", max_length=30)


def layout_of(body: dict[str, Any]) -> Layout:
    """The layout of a poster version. Raises pydantic's ValidationError for a body that was never checked."""
    return Layout.model_validate(body)


def _boxes(layout: Layout) -> dict[str, tuple[int, int, int, int]]:
    """Every element's box by its place in the layout ("texts.2")."""
    found = {name: (one.x, one.y, one.size, one.size) for name in ("avatar", "qr") if (one := getattr(layout, name))}
    for name in ("panels", "pictures", "texts"):
        found |= {f"{name}.{place}": (one.x, one.y, one.w, one.h) for place, one in enumerate(getattr(layout, name))}
    return found


def problems_of(body: dict[str, Any]) -> dict[str, str]:
    """What is wrong, in Chinese, by where it is wrong ("texts.2.size"); empty when the poster can be drawn as it was meant."""
    try:
        layout = layout_of(body)
    except ValidationError as error:
        return told(error)
    return outside_of(layout) | _whole_of(layout)


def _whole_of(layout: Layout) -> dict[str, str]:
    """What is wrong with the poster as a whole: nothing on it, or too much."""
    parts = (layout.panels, layout.pictures, layout.texts, layout.avatar, layout.qr, layout.background.blob_key)
    if not any(parts):
        return {"layout": "还是空的，放上文字、图片或二维码再保存"}
    if sum(panel.w * panel.h for panel in layout.panels) > MOST_PANELS * layout.width * layout.height:
        return {"panels": f"加起来太大了，最多能把海报铺满 {MOST_PANELS} 遍，请删掉几块或改小"}
    return {}


def outside_of(layout: Layout) -> dict[str, str]:
    """Elements beyond the poster's edges."""
    found = {}
    for name, (x, y, w, h) in _boxes(layout).items():
        right, below = x + w - layout.width, y + h - layout.height
        if right > 0 or below > 0:
            beyond = [f"右边 {right} 像素" if right > 0 else "", f"下边 {below} 像素" if below > 0 else ""]
            found[name] = "超出了海报" + "、".join(part for part in beyond if part)
    return found


def problem_of(body: dict[str, Any]) -> str | None:
    """What is wrong with a layout, in one line; None when it can be drawn."""
    return first_of(problems_of(body))
