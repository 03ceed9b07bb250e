"""The connection check-up page (连接体检). What the platform says is read live, outside any transaction."""

from flask import render_template
from flask.typing import ResponseReturnValue

from foundation import clock
from foundation.config import settings
from foundation.db import transaction
from hq.checkup import address_check, callback_checks, run_live_checks
from hq.filters import moment
from hq.ports import inbox
from hq.routes.door import HEADQUARTERS, allow, bp


@bp.get("/connection")
@allow(HEADQUARTERS)
def show_connection() -> ResponseReturnValue:
    """What is known at once; the live part follows by itself."""
    plugged = inbox()
    with transaction() as session:
        last = plugged[0].last_received(session) if plugged else None
    checks = [address_check(settings().public_base_url), *callback_checks(last, moment)]
    return render_template("hq/connection.html", checks=checks, corp=settings().wecom_corp_id, agent=settings().wecom_agent_id)


@bp.get("/connection/live")
@allow(HEADQUARTERS)
def check_connection() -> ResponseReturnValue:
    """Ask the platform now."""
    return render_template("hq/_checks.html", checks=run_live_checks(), at=clock.now())
