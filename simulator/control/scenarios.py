"""/_control/scenarios: what can be played, what plays now, start and stop."""

from flask import Blueprint, Response, current_app

from simulator.control.answer import answer, body, refuse
from simulator.scenarios.runner import Scenarios
from simulator.scenarios.table import SCENARIOS

bp = Blueprint("scenarios", __name__, url_prefix="/_control")


def stage() -> Scenarios:
    found: Scenarios = current_app.extensions["scenarios"]
    return found


@bp.get("/scenarios")
def list_scenarios() -> Response:
    """`running` is null when nothing plays; `last` is the run that ended before."""
    rows = [each.as_json() for each in SCENARIOS.values()]
    return answer({"scenarios": rows, "running": stage().running(), "last": stage().last()})


@bp.post("/scenarios/<name>")
def start_scenario(name: str) -> Response:
    """{rate, minutes, seed}, all optional."""
    scenario = SCENARIOS.get(name)
    if scenario is None:
        return refuse(f"there is no scenario {name}; there are {', '.join(SCENARIOS)}", 404)
    return answer(stage().start(scenario, body()))


@bp.delete("/scenarios")
def stop_scenario() -> Response:
    """Nothing playing is no mistake: {"stopped": false}."""
    stopped = stage().stop()
    return answer({"stopped": stopped, "last": stage().last()})
