"""What browsers may do with the simulator's own pages: its own scripts only, in nobody else's frame."""

from flask import Flask, Response, request

# Frames hold the webviews and whatever a person opens in them; pictures come from wherever a product put them.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src http: https: data: blob:; media-src http: https: blob:; frame-src http: https:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


def register(app: Flask) -> None:
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    """The API's pages (a gateway's 502 as a fault) stay as a gateway would send them."""
    if response.mimetype == "text/html" and not request.path.startswith("/cgi-bin/"):
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["X-Content-Type-Options"] = "nosniff"
    return response
