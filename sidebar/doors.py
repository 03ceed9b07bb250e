"""All doors of the sidebar on one blueprint: importing the route modules hangs them on it."""

from sidebar.routes import board, care, customers, login, me, photos, posters, scripts, signature, tasks
from sidebar.routes.door import bp

__all__ = ["board", "bp", "care", "customers", "login", "me", "photos", "posters", "scripts", "signature", "tasks"]
