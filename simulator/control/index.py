"""GET /_control/: every address of the control plane, so that nobody has to guess one."""

from flask import Blueprint, Response, current_app

from simulator.control.answer import answer

bp = Blueprint("index", __name__)
PREFIX = "/_control/"


@bp.get("/_control/")
def list_addresses() -> Response:
    """This list. README.md says which keys each takes; GET do lists the deeds with theirs."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for rule in current_app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX):
            methods, words = found.setdefault(rule.rule.removeprefix(PREFIX), (set(), set()))
            methods |= (rule.methods or set()) - {"HEAD", "OPTIONS"}
            doc = (current_app.view_functions[rule.endpoint].__doc__ or "").strip().partition("\n")[0]
            words |= {doc} if doc else set()
    rows = [
        {"address": address, "methods": sorted(methods), "about": " ".join(sorted(words))}
        for address, (methods, words) in sorted(found.items())
    ]
    return answer({"addresses": rows})
