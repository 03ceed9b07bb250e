"""A tracked link's redirect with its visit kept, against a bare Flask redirect on the same server."""

import os

from sqlalchemy import text

from benchmarks.bulk import fill_customers, fill_organisation
from benchmarks.figures import Figure, Size, WrongAnswer, paired
from benchmarks.load import Result, closed_loop, request_bytes
from benchmarks.stage import Stage, cpu_seconds, family, free_port, pin, stage
from content_library.actions import publish_item, save_item
from content_library.link_actions import track
from content_library.models import ItemKind
from foundation import clock
from foundation.db import engine, transaction
from org.models import Role, Staff
from org.queries import find_staff

CONNECTIONS = 16
EXPECTED_PER_SECOND = 6_000
LINKS = 2_000
TO_ONE = 0.5
AGENT = "User-Agent: Mozilla/5.0 (Linux; Android 14; V2307A) AppleWebKit/537.36 MicroMessenger/8.0.50\r\n"


def _links() -> list[str]:
    """Half of the links go to one customer each, half to many."""
    with transaction() as session:
        guide = find_staff(session, "guide1")
        writer = Staff(userid="bench", name="bench", role=Role.HEADQUARTERS, path="1.", status="active", created_at=clock.now())
        session.add(writer)
        session.flush()
        body = {"url": "https://shop.example.com/down?id=7", "desc": ""}
        item = publish_item(session, writer, save_item(session, writer, ItemKind.LINK, "轻暖长款", body).id)
        if guide is None or item.version_id is None:
            raise WrongAnswer("no guide1, or nothing published")
        return [
            track(
                session, item_id=item.id, version_id=item.version_id, staff_id=guide.id, url=body["url"], once=str(number),
                customer_id=number + 1 if number < LINKS * TO_ONE else None,
            ).code
            for number in range(LINKS)
        ]  # fmt: skip


def _kept() -> int:
    with engine().connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM link_visit")) or 0)


def _round(port: int, codes: list[str], size: Size, first: int) -> tuple[Result, int]:
    """One closed-loop round of readers who come for the first time, each with a cookie of her own."""
    count = int(EXPECTED_PER_SECOND * size.seconds)
    requests = [
        request_bytes("GET", f"/r/{codes[n % len(codes)]}", f"127.0.0.1:{port}", headers=f"{AGENT}Cookie: gdv={n:032x}\r\n")
        for n in range(first, first + count)
    ]
    return closed_loop(port, requests, connections=CONNECTIONS, seconds=size.seconds), first + count


def _rate(result: Result) -> float:
    if set(result.statuses) != {302}:
        raise WrongAnswer(f"answered {result.statuses}")
    return result.statuses[302] / result.seconds


def _ours(built: Stage, codes: list[str], size: Size, first: int) -> tuple[float, int]:
    before = _kept()
    result, after = _round(built.port, codes, size, first)
    kept = _kept() - before
    if result.statuses.get(302, 0) > kept:
        raise WrongAnswer(f"answered {result.statuses}, kept {kept}")
    return _rate(result), after


def run(size: Size) -> list[Figure]:
    """radar.redirect: ratio to the bare redirect; every answered visit must be a row."""
    with stage("radar") as built:
        fill_organisation(400, clock.now())
        fill_customers(size.customers // 10, 400, clock.now())
        codes, peer_port = _links(), free_port()
        servers = [built.web(), built.web("benchmarks.peers.flask_redirect:app", peer_port)]
        pin([pid for server in servers for pid in family(server.process.pid if server.process else 0)], 0)
        pin([os.getpid()], 1)
        pids = [server.process.pid if server.process else 0 for server in servers]
        ours, bare, first, used = [], [], 1, [0.0, 0.0]
        for port in (built.port, peer_port):
            _, first = _round(port, codes, Size(**{**vars(size), "seconds": 0.5}), first)
        for _ in range(size.rounds):
            began = [cpu_seconds(pid) for pid in pids]
            rate, first = _ours(built, codes, size, first)
            ours.append(rate)
            plain, first = _round(peer_port, codes, size, first)
            bare.append(_rate(plain))
            spent = [cpu_seconds(pid) - before for pid, before in zip(pids, began, strict=True)]
            used = [used[0] + spent[0] / rate, used[1] + spent[1] / bare[-1]]
        ratio, spread = paired(ours, bare)
    middle = len(ours) // 2
    spread += f"; of the server's processor time a request: {used[1] / used[0]:.2f}"
    return [
        Figure(
            "radar.redirect", sorted(ours)[middle], "req/s", "ratio >= 0.5 of bare Flask", ratio >= 0.5, sorted(bare)[middle],
            ratio, spread,
        )
    ]  # fmt: skip
