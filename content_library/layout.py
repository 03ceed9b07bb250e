"""A poster's layout: the JSON headquarters writes, checked and made into exact boxes. Pure: draws nothing."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


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
    blob_key: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class Panel(Part):
    """A filled rectangle with round corners; opacity 0 to 100."""

    x: Place
    y: Place
    w: Side
    h: Side
    colour: Colour
    radius: Annotated[int, Field(ge=0, le=500)] = 0
    opacity: Annotated[int, Field(ge=0, le=100)] = 100


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
    """One poster. Texts may hold {导购} {门店} {商品} {价格}."""

    width: Annotated[int, Field(ge=300, le=1500)] = 750
    height: Annotated[int, Field(ge=300, le=2000)] = 1334
    background: Background = Background()
    panels: tuple[Panel, ...] = Field(default=(), max_length=40)
    texts: tuple[TextBox, ...] = Field(default=(), max_length=40)
    avatar: Square | None = None
    qr: Square | None = None
    product: str = Field(default="", max_length=60)
    price: str = Field(default="", max_length=30)

    @model_validator(mode="after")
    def _inside(self) -> "Layout":
        boxes = [(s.x, s.y, s.size, s.size) for s in (self.avatar, self.qr) if s]
        boxes += [(panel.x, panel.y, panel.w, panel.h) for panel in self.panels]
        boxes += [(box.x, box.y, box.w, box.h) for box in self.texts]
        if any(x + w > self.width or y + h > self.height for x, y, w, h in boxes):
            raise ValueError("有内容超出了海报边界")
        return self


def layout_of(body: dict[str, Any]) -> Layout:
    """The layout of a poster version. Raises pydantic's ValidationError for a body that was never checked."""
    return Layout.model_validate(body)


def problem_of(body: dict[str, Any]) -> str | None:
    """What is wrong with a layout, in one line; None when it can be drawn."""
    try:
        layout_of(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "海报"
        return f"{where}：{first['msg'].removeprefix('Value error, ')}"
    return None
