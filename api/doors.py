"""The open door with everything behind it: importing these modules declares their operations."""

from api import customers, members, openapi
from api.door import bp

PAGES = (customers, members, openapi)

__all__ = ["PAGES", "bp"]
