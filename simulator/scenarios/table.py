"""Every scenario by its name in /_control/scenarios/<name>."""

from simulator.scenarios.brownout import BROWNOUT
from simulator.scenarios.double_eleven import DOUBLE_ELEVEN
from simulator.scenarios.guide_resigns import GUIDE_RESIGNS
from simulator.scenarios.night_customer import NIGHT_CUSTOMER
from simulator.scenarios.scenario import Scenario
from simulator.scenarios.token_storm import TOKEN_STORM

SCENARIOS: dict[str, Scenario] = {
    each.name: each for each in (DOUBLE_ELEVEN, TOKEN_STORM, BROWNOUT, GUIDE_RESIGNS, NIGHT_CUSTOMER)
}  # fmt: skip
