"""What every WeChat-like client can do for a page: menus, previews, place, network, clipboard, which calls there are."""

import json

from simulator.jsapi.page_call import PageCall, Result, is_address, names_of


def done(call: PageCall) -> Result:
    """Nothing to see and nothing to tell."""
    return call.ok()


def close(call: PageCall) -> Result:
    call.go("close")
    return call.ok()


def place(call: PageCall) -> Result:
    """geoLocation: where her phone is (POST /_control/client location); wgs84 and gcj02 are not told apart."""
    here = call.client.location
    return call.ok(**here, speed=0.0, accuracy=30.0, type=str(call.params.get("type") or "wgs84"))


def network(call: PageCall) -> Result:
    """The kind stands in err_msg, as WeChat puts it."""
    return {"err_msg": "network_type:wifi"}


def preview(call: PageCall) -> Result:
    urls = [each for each in names_of(call.params.get("urls")) if is_address(each)]
    current = call.text("current")
    if not urls and not is_address(current):
        return call.refuse("fail_invalid urls")
    call.go("pictures", current=current or urls[0], urls=urls or [current])
    return call.ok()


def show_place(call: PageCall) -> Result:
    if not all(isinstance(call.params.get(key), int | float | str) for key in ("latitude", "longitude")):
        return call.refuse("fail_invalid parameter")
    call.go("map", **{key: call.params.get(key) for key in ("latitude", "longitude", "name", "address")})
    return call.ok()


def browser(call: PageCall) -> Result:
    """openDefaultBrowser: the address opens outside the client."""
    if not is_address(call.text("url")):
        return call.refuse("fail_invalid url")
    call.go("browser", url=call.text("url"))
    return call.ok()


def copy(call: PageCall) -> Result:
    call.client.clipboard = call.text("data")
    return call.ok()


def paste(call: PageCall) -> Result:
    return call.ok(data=call.client.clipboard)


def as_checked(call: PageCall, known: dict[str, bool]) -> Result:
    """checkResult as an object, or as a JSON string where the client is one of those that do so."""
    return call.ok(checkResult=json.dumps(known) if call.client.check_as_text else known)
