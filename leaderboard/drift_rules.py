"""What is decided about persona drift (人设数据追踪): rates of a week, and the weekly note (快反运营). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Below these, a rate says more about chance than about a persona.
FEW_FRIENDS, FEW_LINKS, FEW_SENDS = 50, 10, 20
LOSS_UP, SENDS_DOWN, OPENS_MOVED, POSTS_LOW, MIX_OFF = 1.2, 0.7, 10, 60, 10
MOST_NOTES = 5
# The page looks a year back and draws the eight weeks before.
KEPT_WEEKS, LATE_WEEKS, WEEKS_A_RUN = 61, 10, 6
PER_MILLE = 1000


@dataclass(frozen=True)
class Missing:
    """A metric this installation cannot know yet, and what would have to be connected for it."""

    name: str
    needs: str


MISSING = (
    Missing("主动咨询率", "会话存档，或「联系客户统计」接口里的聊天数"),
    Missing("朋友圈互动率", "企业朋友圈的点赞与评论接口（导购自己发的个人朋友圈，平台不提供数据）"),
    Missing("群流失率", "客户群的同步与变更事件"),
    Missing("退群率", "客户群的同步与变更事件"),
    Missing("社群活跃度", "「群聊数据统计」接口"),
)


@dataclass(frozen=True)
class Week:
    """One group (a persona, a store, a guide) in one week, Monday first.

    `friends` active follows when the week began, `lost` ended by the customer, `links` tracked links sent and `opened` of them
    opened, `posts` of the `asked` calendar entries done.
    """

    group: int | None
    monday: date
    guides: int
    friends: int
    lost: int
    sends: int
    links: int
    opened: int
    posts: int
    asked: int

    @property
    def loss_rate(self) -> float | None:
        """流失好友率 in per cent, one decimal; None of too few friends."""
        return round(self.lost * 100 / self.friends, 1) if self.friends >= FEW_FRIENDS else None

    @property
    def open_rate(self) -> int | None:
        """Per cent of the tracked links somebody opened; None of too few links."""
        return round(self.opened * 100 / self.links) if self.links >= FEW_LINKS else None

    @property
    def post_rate(self) -> int | None:
        """Per cent of the calendar's entries that were posted; None when nothing was asked."""
        return min(100, round(self.posts * 100 / self.asked)) if self.asked else None

    @property
    def sends_each(self) -> float | None:
        """Sends per guide; None without guides."""
        return round(self.sends / self.guides, 1) if self.guides else None


def weeks_due(this_week: date, counted_on: Mapping[str, str], today: date) -> list[date]:
    """The Mondays to count in this run, from when each was last counted (both as ISO days): this week and the last every time,
    of the others a few a run, newest first: those never counted, then those of two months not looked at today, because a link
    may be opened and an entry posted late.
    """
    mondays = [this_week - timedelta(weeks=back) for back in range(KEPT_WEEKS)]
    never = [day for day in mondays[2:] if day.isoformat() not in counted_on]
    stale = [day for day in mondays[2:LATE_WEEKS] if counted_on.get(day.isoformat(), today.isoformat()) != today.isoformat()]
    return mondays[:2] + (never + stale)[:WEEKS_A_RUN]


def _loss_note(before: Week, now: Week, off: str) -> str:
    if before.loss_rate is None or now.loss_rate is None or now.lost < 5 or now.loss_rate <= before.loss_rate * LOSS_UP:
        return ""
    cause = f"先看发得偏多的{off}内容" if off else "先看这一周发得最多的几条内容"
    return (
        f"流失好友率从 {before.loss_rate}% 升到 {now.loss_rate}%，走了 {now.lost} 位客户：{cause}，下周减量，换成解决式和生活式。"
    )


def _mix_notes(sent: Mapping[str, int], target: Mapping[str, int]) -> tuple[str, str]:
    """(the note, the type sent too much): what was really sent against the persona's five-type mix."""
    total = sum(sent.values())
    if not target or total < FEW_SENDS:
        return "", ""
    off = {name: round(sent.get(name, 0) * 100 / total) - share for name, share in target.items()}
    most, least = max(off, key=lambda name: off[name]), min(off, key=lambda name: off[name])
    if off[most] <= MIX_OFF and off[least] >= -MIX_OFF:
        return "", ""
    most_share, least_share = off[most] + target[most], off[least] + target[least]
    said = f"{most}占 {most_share}%（目标 {target[most]}%），{least}只有 {least_share}%（目标 {target[least]}%）"
    return f"{said}：下周拿{least}替换一部分{most}。", most if off[most] > MIX_OFF else ""


def _sends_note(before: Week, now: Week) -> str:
    if before.sends < FEW_SENDS or not before.sends_each or now.sends_each is None:
        return ""
    if now.sends_each >= before.sends_each * SENDS_DOWN:
        return ""
    return f"人均发送从 {before.sends_each} 次降到 {now.sends_each} 次：问问导购是没时间，还是库里找不到顺手的话术。"


def _opens_note(before: Week, now: Week) -> str:
    if before.open_rate is None or now.open_rate is None or abs(now.open_rate - before.open_rate) < OPENS_MOVED:
        return ""
    if now.open_rate > before.open_rate:
        return f"链接打开率从 {before.open_rate}% 升到 {now.open_rate}%：把这周打开多的标题留下，下周接着用。"
    return f"链接打开率从 {before.open_rate}% 降到 {now.open_rate}%：标题和配图该换了，先换发得最多的那一条。"


def _posts_note(now: Week) -> str:
    if now.post_rate is None or now.post_rate >= POSTS_LOW:
        return ""
    return f"人设剧本只做了 {now.post_rate}%：看看发布时间是不是撞上客流高峰，一天最好不超过两条。"


def weekly_note(weeks: Sequence[Week], sent: Mapping[str, int], target: Mapping[str, int]) -> list[str]:
    """What to change next week, the weightiest first, from the last two of `weeks` (oldest first) and what was sent by type."""
    if not weeks:
        return ["还没有数据。先把人设分配给导购。"]
    now, before = weeks[-1], weeks[-2] if len(weeks) > 1 else weeks[-1]
    mix, off = _mix_notes(sent, target)
    notes = [_loss_note(before, now, off), mix, _posts_note(now), _opens_note(before, now), _sends_note(before, now)]
    told = [note for note in notes if note][:MOST_NOTES]
    if told:
        return told
    if now.sends < FEW_SENDS and not now.posts:
        return [f"数据还少（这周发送 {now.sends} 次），先不下结论，按剧本把日常内容发起来。"]
    return ["各项平稳，保持现在的节奏。"]
