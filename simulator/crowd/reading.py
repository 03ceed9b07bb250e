"""The customers of a mapped brand file, made into objects as they are asked for; nothing is kept."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from simulator.crowd import portraits
from simulator.crowd.layout import NONE, BrandFile
from simulator.crowd.numbers import Numbering
from simulator.world.customers import Customer, Follow, Relation

# Groups a relation has a tag of: so many of 256, which makes about eight tags of twenty-two groups.
TAGGED = 95
# Codes of campaigns that are over; their contact ways are gone, what they brought is not.
CAMPAIGNS = ("double11", "spring", "live_room", "mall_popup", "member_day", "miniprogram")


class Crowd:
    """Rows are relations, numbers are customers; both count from 0. Changes stand before it (`Customers`)."""

    def __init__(self, file: BrandFile, base_url: str) -> None:
        self.file, self.digest = str(file.path), str(file.facts["digest"])
        self.customers, self.follows = int(file.facts["customers"]), int(file.facts["follows"])
        seed = int(file.facts["seed"])
        self._base_url, self._columns = base_url, file.columns
        self._starts, self._customer, self._created = (file.columns[name] for name in ("starts", "customer", "created"))
        self._numbering, self._portraits = Numbering(seed), portraits.Portraits(seed)
        self._guides = [str(row[0]) for row in file.people["guides"]]
        self._places = {userid.lower(): place for place, userid in enumerate(self._guides)}
        states = {int(row[3]): str(row[2]) for row in file.people["ways"]}
        self._states = [states.get(int(row[2]), "") for row in file.people["guides"]]
        self._tags = [[str(tag[0]) for tag in group[2]] for group in file.people["tags"]]
        self._gone: set[str] = set()

    def find(self, external_userid: str) -> Customer | None:
        number = self._number(external_userid)
        return None if number is None else self._make_customer(number, external_userid)

    def everybody(self) -> Iterator[Customer]:
        for number in range(self.customers):
            yield self._make_customer(number, self._numbering.id_of(number))

    def find_follow(self, userid: str, external_userid: str) -> Follow | None:
        place, number = self._places.get(userid.lower()), self._number(external_userid)
        if place is None or number is None:
            return None
        low, high = self._starts[place], self._starts[place + 1]
        return next((self._make_follow(row, place, number) for row in self._rows(number) if low <= row < high), None)

    def count_of_member(self, userid: str) -> int:
        place = self._places.get(userid.lower())
        return 0 if place is None else self._starts[place + 1] - self._starts[place]

    def page_of_member(self, userid: str, start: int, limit: int) -> list[Follow]:
        place = self._places.get(userid.lower())
        if place is None:
            return []
        low, high = self._starts[place], self._starts[place + 1]
        rows = range(min(high, low + start), min(high, low + start + limit))
        return [self._make_follow(row, place, self._customer[row]) for row in rows]

    def of_customer(self, external_userid: str) -> list[Follow]:
        number = self._number(external_userid)
        if number is None:
            return []
        return [self._make_follow(row, bisect_right(self._starts, row) - 1, number) for row in self._rows(number)]

    def forget_tags(self, tag_ids: Iterable[str]) -> None:
        self._gone |= set(tag_ids)

    def _number(self, external_userid: str) -> int | None:
        number = self._numbering.number_of(external_userid)
        return number if number is not None and number < self.customers else None

    def _rows(self, number: int) -> Iterator[int]:
        row, following = self._columns["first"][number], self._columns["following"]
        while row != NONE:
            yield row
            row = following[row]

    def _make_customer(self, number: int, external_userid: str) -> Customer:
        drawn = self._portraits.of_customer(number)
        # o + 27 characters, as a bound developer account gives them.
        unionid = f"o{drawn[14:28].hex()}"[:28]
        avatar = f"{self._base_url}/files/avatar_{external_userid}.png"
        return Customer(external_userid, portraits.name_of(drawn), portraits.gender_of(drawn), avatar, 1, unionid)

    def _make_follow(self, row: int, place: int, number: int) -> Follow:
        drawn = self._portraits.of_follow(row)
        add_way, state = self._source(drawn[11], drawn[12], place)
        external_userid, userid = self._numbering.id_of(number), self._guides[place]
        mobiles = portraits.mobiles_of(drawn)
        remark = portraits.remark_of(drawn, self._portraits.of_customer(number)) if drawn[0] < 77 else ""
        return Follow(
            userid, external_userid, self._created[row], _relation(drawn[13]), remark, portraits.description_of(drawn),
            self._tags_of(drawn), "", mobiles, state, add_way, userid if add_way in (2, 5) else external_userid, True,
        )  # fmt: skip

    def _tags_of(self, drawn: bytes) -> list[str]:
        """One tag of about eight groups."""
        pairs = zip(self._tags, drawn[16:40], drawn[40:64], strict=False)
        chosen = [group[which % len(group)] for group, taken, which in pairs if taken < TAGGED]
        return [each for each in chosen if each not in self._gone] if self._gone else chosen

    def _source(self, drawn: int, which: int, place: int) -> tuple[int, str]:
        """add_way and state: the store's code for half of them."""
        if drawn < 130:
            return 1, self._states[place]
        if drawn < 165:
            return 1, CAMPAIGNS[which % len(CAMPAIGNS)]
        return (
            1 if drawn < 185 else 2 if drawn < 205 else 3 if drawn < 220 else 24 if drawn < 235 else 6 if drawn < 246 else 5
        ), ""


def _relation(drawn: int) -> Relation:
    """Of a hundred three have deleted the guide, one was deleted by her."""
    return Relation.CUSTOMER_LEFT if drawn < 8 else Relation.MEMBER_LEFT if drawn < 11 else Relation.MUTUAL
