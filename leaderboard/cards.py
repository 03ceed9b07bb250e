"""The words of the evening's board on a phone. Builds payloads, sends nothing."""

from datetime import date

from foundation.config import settings
from foundation.db import Json
from leaderboard.queries import Places, Row
from wecom.cards import text_notice, to_member


def _page(level: str) -> str:
    return f"{settings().public_base_url}/sidebar/board?level={level}"


def change_words(change: int | None) -> str:
    """Places won or lost, in a few Chinese words."""
    if change is None:
        return "昨日未上榜"
    if change == 0:
        return "与昨日持平"
    return f"上升 {change} 名" if change > 0 else f"下降 {-change} 名"


def _encouragement(places: Places) -> str:
    if places.points == 0:
        return "今天还没有得分，给一位老客户打个标签、发条话术就有分"
    return "本店第一，明天继续保持！" if places.in_store == 1 and places.store_size > 1 else "点开看看今天谁在前面"


def board_card(userid: str, on: date, places: Places) -> Json:
    """message/send of a guide's places of a day: her store, her region, everywhere."""
    card = text_notice(
        f"{on:%m月%d日} 业绩榜",
        _page("guide"),
        desc=_encouragement(places),
        emphasis=(f"第 {places.in_store} 名", f"本店 {places.store_size} 人 · 今日 {places.points} 分"),
        rows=[
            ("大区", f"第 {places.in_region} / {places.region_size} 名"),
            ("全国", f"第 {places.overall} / {places.size} 名"),
            ("变化", change_words(places.change)),
        ],
        source=settings().brand_name,
    )
    return to_member(userid, card)


def manager_card(userid: str, on: date, places: Places, store: Row) -> Json:
    """message/send of a store manager's day: the store's place and sums, and her own place."""
    card = text_notice(
        f"{on:%m月%d日} 门店业绩",
        _page("store"),
        desc=f"{store.name} · {store.guides} 位导购",
        emphasis=(f"第 {store.rank} 名", f"全国门店 · 人均 {store.points} 分"),
        rows=[
            ("新增", f"{store.adds} 位，流失 {store.losses} 位"),
            ("联系", f"{store.touched} 位客户，发送 {store.sends} 次"),
            ("任务", f"按时 {store.tasks_done} 个，补交 {store.tasks_late} 个"),
            ("关怀", f"{store.cares_done} 次"),
            ("门店", change_words(store.change)),
            ("我", f"{places.points} 分，本店第 {places.in_store} 名"),
        ],
        source=settings().brand_name,
    )
    return to_member(userid, card)
