"""The sample brand's 朋友圈: two Moments guides posted themselves, with pictures, likes and a comment."""

import random

from simulator import ids, photographs
from simulator.days import DAY, midnight
from simulator.world.media import Media
from simulator.world.moments import Moment, Publication, Reaction
from simulator.world.state import State

# userid, text, pictures, days ago, hour, what a customer says, what the guide answers
POSTS = (
    ("zhouting", "徐家汇店橱窗换好啦，今年的短款轻得像没穿一样，路过记得进来摸一摸～", 1, 2, 18, "", ""),
    ("lixiaomei", "新到的长款羽绒，鹅绒充绒量 180g，零下十度也不怕。周末到店试穿，送同色围巾一条，数量不多先到先得。",
     3, 1, 11, "有浅色的吗？", "有米白和雾蓝，给您留一件试试"),
)  # fmt: skip


def fill(state: State, rng: random.Random, now: float, base_url: str) -> None:
    """Moments, their pictures and what customers made of them; needs the guides' customers to be there."""
    for userid, text, pictures, days, hour, said, answered in POSTS:
        at = int(midnight(now) - days * DAY + hour * 3600 + rng.randint(0, 3000))
        images = [_picture(state, rng, f"{userid}_{number}", at) for number in range(pictures)]
        moment = Moment(ids.moment_id(rng), at, text, images, 1, userid)
        moment.copies[userid] = copy = Publication(userid, at)
        customers = [each.external_userid for each in state.customers.of_member(userid) if each.createtime < at]
        copy.likes = [Reaction(each, True, at + 600 * number) for number, each in enumerate(customers[:3], 1)]
        if said and customers:
            copy.comments = [Reaction(customers[0], True, at + 2400, said), Reaction(userid, False, at + 2700, answered)]
        state.moments.add(moment)


def _picture(state: State, rng: random.Random, name: str, at: int) -> dict[str, object]:
    media_id = ids.media_id(rng)
    content = photographs.coat(name)
    state.files.media[media_id] = Media(media_id, "image", f"{name}.jpg", "image/jpeg", at, content, 1, True)
    return {"msgtype": "image", "image": {"media_id": media_id}}
