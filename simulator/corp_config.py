"""Checks the corp's configuration (the shape of defaults.json); every mistake is a ValueError that names its key."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any, get_args, get_origin, get_type_hints

from simulator.world.apps import App

TEXTS = {"corpid": "ww1d2e3f4a5b6c7d8e", "corp_name": "雪岭羽绒"}
KINDS = ("app", "contacts")
WORDS = {int: "a whole number", str: "a text", bool: "true or false", dict: "an object"}
APP_EXAMPLE = '{"agentid": 1000002, "name": "My app", "secret": "…"}'


def check(config: Any) -> None:
    """ValueError names the first key that is missing, unknown or of the wrong type."""
    if not isinstance(config, dict):
        raise ValueError('the configuration is a JSON object, for example {"corpid": "ww…", "apps": […]}')
    _known("the configuration", config, (*TEXTS, "apps"))
    for key, example in TEXTS.items():
        if not isinstance(config.get(key), str) or not config[key]:
            raise ValueError(f'{key} is a text, for example {{"{key}": "{example}"}}')
    apps = config.get("apps")
    if not isinstance(apps, list) or not apps:
        raise ValueError(f"apps is a list of apps, for example [{APP_EXAMPLE}]")
    for number, entry in enumerate(apps):
        _check_app(f"apps[{number}]", entry)
    for key in ("agentid", "secret"):
        _each_once(key, [entry[key] for entry in apps])
    if not any(entry.get("kind", "app") == "app" for entry in apps):
        raise ValueError(f'apps has at least one whose kind is "app", for example {APP_EXAMPLE}')


def _check_app(where: str, entry: Any) -> None:
    if not isinstance(entry, dict):
        raise ValueError(f"{where} is an object, for example {APP_EXAMPLE}")
    _known(where, entry, (each.name for each in fields(App)))
    hints = get_type_hints(App)
    for each in fields(App):
        if each.name not in entry:
            if each.default is MISSING and each.default_factory is MISSING:
                raise ValueError(f"{where}.{each.name} is missing; an app looks like {APP_EXAMPLE}")
        elif not _fits(entry[each.name], hints[each.name]):
            raise ValueError(f"{where}.{each.name} is {_words(hints[each.name])}, not {entry[each.name]!r}")
    if entry.get("kind", "app") not in KINDS:
        raise ValueError(f"{where}.kind is one of {', '.join(KINDS)}, not {entry['kind']!r}")
    if not entry["secret"] or not entry["name"]:
        raise ValueError(f"{where}.name and {where}.secret are not empty; an app looks like {APP_EXAMPLE}")
    if entry.get("aes_key") and not _is_key(entry["aes_key"]):
        raise ValueError(f"{where}.aes_key has 43 letters and digits (base64 of 32 bytes without the last =)")


def _known(where: str, given: dict[str, Any], known: Iterable[str]) -> None:
    names = list(known)
    unknown = [each for each in given if each not in names]
    if unknown:
        raise ValueError(f"{where} has no key {unknown[0]}; it has {', '.join(names)}")


def _fits(value: Any, kind: Any) -> bool:
    if get_origin(kind) is list:
        inside = get_origin(get_args(kind)[0]) or get_args(kind)[0]
        return isinstance(value, list) and all(_fits(each, inside) for each in value)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _words(kind: Any) -> str:
    if get_origin(kind) is list:
        inside = get_args(kind)[0]
        return f"a list, each {WORDS[get_origin(inside) or inside]}"
    return WORDS[kind]


def _is_key(text: str) -> bool:
    try:
        return len(text) == 43 and len(base64.b64decode(f"{text}=", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def _each_once(key: str, values: list[Any]) -> None:
    twice = next((each for each in values if values.count(each) > 1), None)
    if twice is not None:
        raise ValueError(f"two apps have the {key} {twice}")
