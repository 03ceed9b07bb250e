"""The app's chat with a guide: her wish becomes a card that opens the right page. Builds payloads, owes and changes nothing."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from sqlalchemy.orm import Session

from bot.words import BOARD, CUSTOMERS, SCRIPTS, TASKS, TODAY, Wish
from content_library.models import ItemKind
from content_library.queries import search_items
from customers.models import Customer, Follow
from customers.queries import find_customers_by_name
from foundation import clock
from foundation.config import settings
from foundation.db import Json
from leaderboard.places import find_my_places
from org.models import Staff
from sop.care_queries import list_care_loads
from sop.queries import list_open_of
from wecom.cards import Row, text_notice, text_to, to_member

SHOWN = 5
EXAMPLES = "任务 · 今日 · 榜单 · 话术 羽绒服 · 客户 陈"


def page(path: str, **arguments: str) -> str:
    """The full address of a sidebar page."""
    query = f"?{urlencode(arguments)}" if arguments else ""
    return f"{settings().public_base_url}/sidebar/{path}{query}"


def answer(session: Session, staff: Staff, wish: Wish) -> Json:
    """message/send for what an active member asked."""
    return to_member(staff.userid, ANSWERS.get(wish.kind, _menu)(session, staff, wish.words))


def stranger(userid: str) -> Json:
    """For somebody we do not know yet: she is being pulled."""
    return text_to(userid, "您好！正在为您准备账号，请一分钟后再发一次消息。若一直如此，请联系总部管理员把您加入应用的可见范围。")


def closed(userid: str) -> Json:
    """For somebody disabled or departed."""
    return text_to(userid, "您好！您的账号已停用，暂时不能使用导购台。如有疑问，请联系您的店长或总部管理员。")


def _board(session: Session, staff: Staff, _words: str) -> Json:
    today = clock.today()
    places = find_my_places(session, staff, today)
    links = [("本店榜", page("board", level="guide")), ("门店榜", page("board", level="store"))]
    desc = f"{today:%m月%d日} · {staff.name}"
    if places is None:
        return text_notice("今日榜单", page("board"), desc=desc, text="您不参与排名，可以查看各级榜单", links=links)
    rows: list[Row] = [
        ("本店", f"第 {places.in_store} 名 / {places.store_size} 人", page("board", level="guide")),
        ("本区", f"第 {places.in_region} 名 / {places.region_size} 人"),
        ("全国", f"第 {places.overall} 名 / {places.size} 人"),
    ]
    emphasis = (f"{places.points} 分", "今日积分")
    return text_notice("今日榜单", page("board"), desc=desc, emphasis=emphasis, rows=rows, links=links)


def _tasks(session: Session, staff: Staff, _words: str) -> Json:
    owed = list_open_of(session, staff, SHOWN)
    if not owed:
        return text_notice("没有要完成的任务", page("tasks"), desc="新任务会发到这里", links=[("查看全部任务", page("tasks"))])
    rows = [
        (f"{each.task.deadline_at.astimezone(clock.SHANGHAI):%m/%d}", each.task.title, page(f"tasks/{each.id}")) for each in owed
    ]
    minutes = sum(each.task.estimated_minutes for each in owed)
    desc = f"最近截止的 {len(owed)} 个，预计共 {minutes} 分钟"
    return text_notice("我的任务", page("tasks"), desc=desc, rows=rows, links=[("查看全部任务", page("tasks"))])


def _today(session: Session, staff: Staff, _words: str) -> Json:
    today = clock.today()
    loads = list_care_loads(session, today, [staff.id])
    customers, minutes = (loads[0].customers, loads[0].minutes) if loads else (0, 0)
    owed = list_open_of(session, staff, SHOWN)
    minutes += sum(each.task.estimated_minutes for each in owed)
    rows = [
        ("今日客户", f"{customers} 位", page("care")),
        ("任务", f"{len(owed)} 个" if len(owed) < SHOWN else f"{SHOWN} 个以上", page("tasks")),
        ("榜单", "看今天的名次", page("board")),
    ]
    desc = f"预计 {minutes} 分钟" if minutes else "今天没有待办，去看看话术吧"
    return text_notice("今日", page("care") if customers else page("tasks"), desc=f"{today:%m月%d日} · {desc}", rows=rows)


def _scripts(session: Session, staff: Staff, words: str) -> Json:
    library = [("打开话术库", page("scripts"))]
    if not words:
        return text_notice("话术", page("scripts"), desc="例如发送：话术 羽绒服", links=library)
    found = search_items(session, staff.path, words, kind=ItemKind.SCRIPT, limit=SHOWN)
    url = page("scripts", q=words)
    if not found:
        return text_notice(f"没有找到“{words}”", url, desc="换个词试试，或打开话术库按分类看", links=library)
    rows = [(f"{number}", each.title, page("scripts", q=each.title)) for number, each in enumerate(found, 1)]
    return text_notice(f"话术：{words}", url, desc=f"找到 {len(found)} 条，点开即可发送", rows=rows, links=[("查看全部", url)])


def _customers(session: Session, staff: Staff, words: str) -> Json:
    care = [("今日客户", page("care"))]
    if not words:
        return text_notice("客户", page(""), desc="例如发送：客户 陈", links=care)
    found = find_customers_by_name(session, staff, words, SHOWN)
    if not found:
        return text_notice(f"没有找到“{words}”", page(""), desc="按昵称或备注查找您自己的客户", links=care)
    rows = [
        (f"{number}", _name(customer, follow), page(f"customers/{quote(customer.external_userid)}"))
        for number, (customer, follow) in enumerate(found, 1)
    ]
    return text_notice(f"客户：{words}", rows[0][2], desc=f"找到 {len(found)} 位，点名字打开", rows=rows)


def _name(customer: Customer, follow: Follow) -> str:
    if follow.remark and follow.remark != customer.name:
        return f"{follow.remark}（{customer.name}）"
    return customer.name or "未命名客户"


def _menu(_session: Session, staff: Staff, words: str) -> Json:
    links = [("我的任务", page("tasks")), ("话术库", page("scripts")), ("榜单", page("board"))]
    title = f"您好，{staff.name}" if not words else "没看懂您的消息"
    return text_notice(title, page("me"), desc="发送下面的词，我来打开对应页面", text=EXAMPLES, links=links)


ANSWERS: dict[str, Callable[[Session, Staff, str], Json]] = {
    BOARD: _board,
    TASKS: _tasks,
    TODAY: _today,
    SCRIPTS: _scripts,
    CUSTOMERS: _customers,
}
