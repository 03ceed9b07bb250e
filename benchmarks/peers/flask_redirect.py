"""The peer of a tracked link: a Flask route that redirects to a fixed address, on the same server with the same settings."""

from flask import Flask, redirect
from werkzeug.wrappers import Response

app = Flask(__name__)


@app.get("/r/<code>")
def lead(code: str) -> Response:
    """Lead everybody to the same place and remember nobody."""
    return redirect("https://shop.example.com/down?id=7")
