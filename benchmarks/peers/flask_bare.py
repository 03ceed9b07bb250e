"""The peer of the callback: a Flask route that does nothing, on the same server with the same settings."""

from flask import Flask

app = Flask(__name__)


@app.post("/wecom/callback/app")
def answer() -> str:
    """Read the body, as any handler must, and say success."""
    return "success"
