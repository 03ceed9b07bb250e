"""商品图册: products members can send to customers."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Product:
    """price in 分; `pictures` are media_ids."""

    product_id: str
    agentid: int
    description: str
    price: int
    create_time: int
    product_sn: str = ""
    pictures: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Albums:
    by_id: dict[str, Product] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
