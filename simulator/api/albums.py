"""商品图册: add, get, list, update, delete products; the attachment key is `type` here (DOC 95096)."""

import re
from typing import Any

from simulator import ids
from simulator.api.attachments import ALBUM, attached
from simulator.api.call import Call, Endpoint, integer, mapping, mappings, text
from simulator.api.paging import cursor_of, limit_of, position_of
from simulator.errors import ApiError
from simulator.world.albums import Product

SN = re.compile(r"[0-9a-zA-Z]{1,128}")
MOST_CHARS, MOST_PRICE, MOST_PICTURES = 300, 5_000_000, 9


def add(call: Call) -> dict[str, Any]:
    product = Product(ids.opaque(call.world.rng, 32), call.app.agentid, _description(call), _price(call), call.world.seconds)
    product.product_sn, product.pictures = _sn(call), _pictures(call)
    _keep(call, product)
    call.state.albums.by_id[product.product_id] = product
    return {"product_id": product.product_id}


def get(call: Call) -> dict[str, Any]:
    return {"product": _product(_find(call))}


def list_products(call: Call) -> dict[str, Any]:
    products, limit = list(call.state.albums.by_id.values()), limit_of(call, 50, 100)
    first = position_of(call, "product_album_list", text(call.body, "cursor"))
    rows = [_product(each) for each in products[first : first + limit]]
    return {"next_cursor": cursor_of(call, "product_album_list", first + limit, len(products)), "product_list": rows}


def update(call: Call) -> dict[str, Any]:
    """Nothing is changed when any of it is refused."""
    product, body = _find(call), call.body
    description = _description(call) if "description" in body else product.description
    price = _price(call) if "price" in body else product.price
    sn = _sn(call) if "product_sn" in body else product.product_sn
    product.pictures = _pictures(call, product) if "attachments" in body else product.pictures
    product.description, product.price, product.product_sn = description, price, sn
    _keep(call, product)
    return {}


def delete(call: Call) -> dict[str, Any]:
    product = _find(call)
    del call.state.albums.by_id[product.product_id]
    call.state.albums.deleted.append(product.product_id)
    return {}


def _find(call: Call) -> Product:
    product_id = text(call.body, "product_id", missing=41075)
    product = call.state.albums.by_id.get(product_id)
    if product is None:
        raise ApiError(41074 if product_id in call.state.albums.deleted else 41075)
    return product


def _description(call: Call) -> str:
    description = text(call.body, "description", missing=41087)
    if len(description) > MOST_CHARS:
        raise ApiError(41087)
    return description


def _price(call: Call) -> int:
    price = integer(call.body, "price", -1)
    if not 0 <= price <= MOST_PRICE:
        raise ApiError(41086)
    return price


def _sn(call: Call) -> str:
    sn = text(call.body, "product_sn")
    if sn and SN.fullmatch(sn) is None:
        raise ApiError(41085)
    return sn


def _pictures(call: Call, known: Product | None = None) -> list[str]:
    """One to nine images of upload_attachment type 2; those the product has already stay good after their three days."""
    listed = mappings(call.body, "attachments")
    if not listed:
        raise ApiError(41088)
    if len(listed) > MOST_PICTURES:
        raise ApiError(41064)
    if any(each.get("type") != "image" for each in listed):
        raise ApiError(41065)
    media_ids = [text(mapping(each, "image"), "media_id", missing=41006) for each in listed]
    for media_id in media_ids:
        if known is None or media_id not in known.pictures:
            attached(call, media_id, "image", ALBUM)
    return media_ids


def _keep(call: Call, product: Product) -> None:
    for media_id in product.pictures:
        call.state.files.media[media_id].kept = True


def _product(product: Product) -> dict[str, Any]:
    return {
        "product_id": product.product_id, "description": product.description, "price": product.price,
        "create_time": product.create_time, "product_sn": product.product_sn,
        "attachments": [{"type": "image", "image": {"media_id": each}} for each in product.pictures],
    }  # fmt: skip


ROUTES = {
    "externalcontact/add_product_album": Endpoint("POST", add, "customer"),
    "externalcontact/get_product_album": Endpoint("POST", get, "customer"),
    "externalcontact/get_product_album_list": Endpoint("POST", list_products, "customer", {"product_list": []}),
    "externalcontact/update_product_album": Endpoint("POST", update, "customer"),
    "externalcontact/delete_product_album": Endpoint("POST", delete, "customer"),
}
