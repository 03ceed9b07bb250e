"""Tests here come through the front door."""

from tests.web import app

__all__ = ["app"]
