"""The page on which a person plays guide and customer; its browser side uses the control plane only."""

from flask import Blueprint, render_template, request

bp = Blueprint("client", __name__, template_folder="templates", static_folder="static/client", static_url_path="/assets/client")

SIDEBAR_PATH = "/sidebar/"


def _page(narrow: bool) -> str:
    # `?sidebar=/path` stands for the admin's 配置到聊天工具栏: which of the product's pages the chat's toolbar opens
    return render_template("client/page.html", narrow=narrow, sidebar=request.args.get("sidebar", SIDEBAR_PATH))


@bp.get("/")
def show_desk() -> str:
    """Both sides beside each other; one at a time on a narrow screen."""
    return _page(narrow=False)


@bp.get("/m")
def show_phone() -> str:
    """The same page always at phone width."""
    return _page(narrow=True)
