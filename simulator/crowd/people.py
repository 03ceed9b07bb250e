"""The organisation of a large brand: headquarters, regions, provinces, stores, and the people in them, as plain lists.

The first store and some of headquarters are those of the sample brand, so that scripts find the people they know.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from simulator import ids
from simulator.crowd.names import MEN, SURNAMES, WOMEN
from simulator.crowd.places import MALLS, QUARTERS, REGIONS
from simulator.crowd.plan import Plan
from simulator.crowd.tag_words import TAGS

OFFICES = ("总部运营中心", "零售运营部", "会员运营部", "商品企划部", "品牌市场部", "数字化中心", "培训部")
FIRST_REGION, FIRST_BRANCH, FIRST_STORE = 10, 101, 1001
# userid, name, position, does she lead: people of the sample brand.
HEADQUARTERS = (
    ("hq_wangmin", "王敏", "运营总监", True),
    ("hq_lijie", "李洁", "运营专员", False),
    ("hq_zhangwei", "张伟", "内容运营", False),
)
FIRST_STAFF = (("chenjing", "陈静"), ("lixiaomei", "李小美"), ("zhouting", "周婷"), ("wufang", "吴芳"))
KNOWN_STORE, KNOWN_MANAGER = "上海徐家汇店", ("zhaolei", "赵磊")


@dataclass(slots=True)
class Corp:
    """Rows as the brand file keeps them. `stores` says how many guides each store has, in the order of the guides."""

    departments: list[list[Any]] = field(default_factory=list)
    staff: list[list[Any]] = field(default_factory=list)
    guides: list[list[Any]] = field(default_factory=list)
    tags: list[list[Any]] = field(default_factory=list)
    ways: list[list[Any]] = field(default_factory=list)
    stores: list[int] = field(default_factory=list)
    _taken: dict[str, int] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def as_json(self) -> dict[str, Any]:
        """departments [id, name, parentid] · staff, guides [userid, name, department, position, leads, gender] ·
        tags [id, name, [[id, name]]] · ways [config_id, remark, state, department]"""
        kept = ("departments", "staff", "guides", "tags", "ways")
        return {name: getattr(self, name) for name in kept}

    def person(self, rng: random.Random, women: float) -> tuple[str, str, str]:
        """userid, name and gender of somebody new: 王雨桐, wangyutong; the next one of the name is wangyutong2."""
        female = rng.random() < women
        surname = rng.choice(list(SURNAMES)[: 1 + int(len(SURNAMES) * rng.random())])
        spelled = WOMEN if female else MEN
        given = rng.sample(list(spelled), 1 if rng.random() < 0.25 else 2)
        userid = SURNAMES[surname] + "".join(spelled[each] for each in given)
        count = self._taken[userid] = self._taken.get(userid, 0) + 1
        return userid if count == 1 else f"{userid}{count}", surname + "".join(given), "2" if female else "1"

    def store_name(self, rng: random.Random, city: str) -> str:
        name = KNOWN_STORE if not self._names else ""
        number = 1
        while not name or name in self._names:
            number += 1
            again = "" if number < 40 else f"{number - 38}"
            name = f"{city}{rng.choice(QUARTERS)}{rng.choice(MALLS)}{again}店"
        self._names.add(name)
        return name

    def know(self, userids: tuple[str, ...]) -> None:
        for userid in userids:
            self._taken[userid] = 1


def make_corp(plan: Plan, rng: random.Random) -> Corp:
    """Everybody but the customers."""
    corp = Corp()
    corp.know((KNOWN_MANAGER[0], *(userid for userid, _ in FIRST_STAFF)))
    _headquarters(corp, rng)
    sizes = _store_sizes(plan, rng)
    provinces = [row for rows in REGIONS.values() for row in rows]
    shares = dict(zip((row[0] for row in provinces), apportion([row[1] for row in provinces], plan.stores), strict=True))
    branch, store = FIRST_BRANCH, FIRST_STORE
    for number, (region, rows) in enumerate(REGIONS.items()):
        department = FIRST_REGION + number
        corp.departments.append([department, region, 1])
        manager = (*KNOWN_MANAGER, "1") if number == 0 else corp.person(rng, 0.4)
        corp.staff.append([*manager[:2], department, "大区经理", 1, manager[2]])
        for province, _, cities in rows:
            if shares[province]:
                _branch(corp, rng, branch, department, province)
                store = _stores(corp, rng, branch, store, cities.split(), shares[province], sizes)
            branch += 1
    corp.tags = [[ids.tag_id(rng), group, [[ids.tag_id(rng), tag] for tag in tags.split()]] for group, tags in TAGS.items()]
    return corp


def _headquarters(corp: Corp, rng: random.Random) -> None:
    for number, office in enumerate(OFFICES):
        department = 2 + number
        corp.departments.append([department, office, 1])
        known = HEADQUARTERS if number == 0 else ()
        corp.staff += [[userid, name, department, position, int(leads), "2"] for userid, name, position, leads in known]
        for place in range(0 if known else 4):
            userid, name, gender = corp.person(rng, 0.6)
            corp.staff.append([f"hq_{userid}", name, department, "部门负责人" if place == 0 else "专员", int(place == 0), gender])


def _branch(corp: Corp, rng: random.Random, branch: int, region: int, province: str) -> None:
    corp.departments.append([branch, f"{province}分公司", region])
    userid, name, gender = corp.person(rng, 0.5)
    corp.staff.append([userid, name, branch, "分公司总经理", 1, gender])


def _stores(
    corp: Corp, rng: random.Random, branch: int, store: int, cities: list[str], count: int, sizes: list[int]
) -> int:  # fmt: skip
    """The stores of a province, more in its first cities; the number of the store after the last."""
    for city, share in zip(cities, apportion([1 / (place + 1) for place in range(len(cities))], count), strict=True):
        for _ in range(share):
            name, size = corp.store_name(rng, city), sizes[store - FIRST_STORE]
            corp.departments.append([store, name, branch])
            people = [(*each, "2") for each in FIRST_STAFF][:size] if store == FIRST_STORE else []
            people += [corp.person(rng, 0.85) for _ in range(size - len(people))]
            for place, (userid, called, gender) in enumerate(people):
                corp.guides.append([userid, called, store, "导购" if place else "店长", int(not place), gender])
            corp.ways.append([ids.config_id(rng), f"{name}收银台", f"store_{store - FIRST_STORE + 1:04d}", store])
            corp.stores.append(size)
            store += 1
    return store


def _store_sizes(plan: Plan, rng: random.Random) -> list[int]:
    """Guides per store, each at least one; the first has its known four when there are enough."""
    sizes = [1 + each for each in apportion([rng.lognormvariate(0, 0.5) for _ in range(plan.stores)], plan.guides - plan.stores)]
    while sizes[0] < len(FIRST_STAFF) and max(sizes[1:], default=1) > 1:
        largest = max(range(1, len(sizes)), key=sizes.__getitem__)
        sizes[largest] -= 1
        sizes[0] += 1
    return sizes


def apportion(weights: list[float], total: int) -> list[int]:
    """Whole numbers in proportion to `weights` that add up to `total` (largest remainders)."""
    whole = sum(weights)
    exact = [weight * total / whole for weight in weights]
    shares = [int(each) for each in exact]
    order = sorted(range(len(weights)), key=lambda place: shares[place] - exact[place])
    for place in order[: total - sum(shares)]:
        shares[place] += 1
    return shares
