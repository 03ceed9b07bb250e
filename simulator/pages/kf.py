"""/kf/<link>: what a 微信客服 link opens; going on as a customer is entering the session."""

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from simulator.actions import kf
from simulator.actions.request import Wish
from simulator.world.world import World

bp = Blueprint("kf_page", __name__, template_folder="templates")


@bp.route("/kf/<link_id>", methods=["GET", "POST"])
def show_account(link_id: str) -> Response | str | tuple[str, int]:
    """GET shows the account, POST {name} or {external_userid} enters by exactly this link, scene and all."""
    world: World = current_app.extensions["world"]
    with world.lock:
        account = world.state.kf.find_link(link_id)
        if account is None:
            return render_template("simulator/kf.html", account=None), 404
        if request.method == "GET":
            return render_template("simulator/kf.html", account=account, corp=world.state.corp_name)
        name, known = request.form.get("name", "").strip()[:64], request.form.get("external_userid", "")
        who = {"external_userid": known} if known else {"customer": {"name": name} if name else {}}
        entered = kf.opens(Wish(world, {"url": request.url, **who}))
    return redirect(f"/?kf={entered['open_kfid']}&external_userid={entered['external_userid']}", 303)
