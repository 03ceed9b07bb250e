"""The open door with everything behind it: importing these modules declares their operations."""

from api import customers, members, openapi, visits
from api.door import bp

PAGES = (customers, members, openapi, visits)

__all__ = ["PAGES", "bp"]
