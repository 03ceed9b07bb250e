"""A forked child never speaks on its parent's connections."""

import os

from sqlalchemy import text

from foundation.db import transaction

BACKEND = text("SELECT pg_backend_pid()")


def test_a_forked_child_opens_connections_of_its_own(database: None) -> None:
    with transaction() as session:
        ours = session.scalar(BACKEND)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with transaction() as session:
                os.write(writing, str(session.scalar(BACKEND)).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    theirs = int(os.read(reading, 20))
    with transaction() as session:
        assert session.scalar(BACKEND) == ours != theirs
