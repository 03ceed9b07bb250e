"""A plausible brand for looking at the console: two regions, stores, guides, tasks in every state, customers, trouble."""

import io
import random
from datetime import timedelta

from PIL import Image
from sqlalchemy.orm import Session

from acquisition.models import ChannelCode, CodeStatus
from bot.models import EventStatus
from content_library.actions import save_item
from content_library.models import Category, ItemKind, Persona
from customers.models import Consent, Customer, Follow, FollowStatus, Tag, TagGroup, TimelineEntry
from foundation import clock
from foundation.audit import record
from foundation.blobs import keep_blob
from leaderboard.models import GuideDay
from org.models import Department, DepartmentKind, Role, Staff, StaffStatus, Store, SyncRun, SyncStatus
from outbox.models import Lane, MessageStatus, OutgoingMessage, PausedCall
from sop.actions import seed_care_nodes
from sop.models import AnswerKind, Assignment, AssignmentStatus, Task, TaskStatus
from tests.builders.bot import make_event
from tests.builders.content_library import make_poster, make_script

REGIONS = {2: ("华东大区", ("上海徐家汇店", "上海静安寺店", "杭州湖滨店")), 3: ("华北大区", ("北京王府井店", "天津滨江道店"))}
NAMES = [
    "李小美", "周婷", "吴芳", "郑洁", "王悦", "冯琳", "陈佳宁", "褚文静",
    "卫然", "蒋晓雨", "沈一诺", "韩梅", "杨帆", "朱敏", "秦岚",
]  # fmt: skip
LONG = "冬季新品陈列与降温关怀联动：请在周日晚上八点之前完成橱窗更换、首位模特换装，并把照片发回总部确认一次"


def make_sample(session: Session) -> dict[str, Staff]:
    """Fill an empty database; the people by userid: hq_wangmin, zhaolei, chenjing and guides."""
    people = _organisation(session)
    hq = people["hq_wangmin"]
    guides = [one for one in people.values() if one.role == Role.GUIDE]
    _content(session, hq)
    _tasks(session, hq, guides)
    seed_care_nodes(session)
    _customers(session, guides)
    _trouble(session)
    record(session, f"staff:{hq.id}", "task.publish", "task:1", ip="10.0.0.8", title=LONG)
    return people


def _person(session: Session, userid: str, name: str, role: Role, path: str, store: Store | None = None) -> Staff:
    staff = Staff(
        userid=userid,
        name=name,
        role=role,
        path=path,
        status=StaffStatus.ACTIVE,
        created_at=clock.now(),
        pulled_at=clock.now(),
        department_id=int(path.split(".")[-2]),
        store_id=store.id if store else None,
    )
    session.add(staff)
    session.flush()
    return staff


def _organisation(session: Session) -> dict[str, Staff]:
    names = iter(NAMES)
    session.add(Department(id=1, parent_id=None, name="雪岭羽绒", path="1.", kind=DepartmentKind.HEADQUARTERS))
    people = {"hq_wangmin": _person(session, "hq_wangmin", "王敏", Role.HEADQUARTERS, "1.")}
    for id_, (region, shops) in REGIONS.items():
        session.add(Department(id=id_, parent_id=1, name=region, path=f"1.{id_}.", kind=DepartmentKind.REGION))
        session.flush()
        for number, shop in enumerate(shops, start=1):
            people |= _shop(session, id_, id_ * 10 + number, shop, names)
    people["zhaolei"] = _person(session, "zhaolei", "赵磊", Role.REGIONAL_MANAGER, "1.2.")
    return people


def _shop(session: Session, region: int, id_: int, name: str, names) -> dict[str, Staff]:  # type: ignore[no-untyped-def]
    path = f"1.{region}.{id_}."
    session.add(Department(id=id_, parent_id=region, name=name, path=path, kind=DepartmentKind.STORE))
    session.flush()
    store = Store(department_id=id_, path=path, code=f"S{id_}", name=name, city=name[:2])
    session.add(store)
    session.flush()
    boss = "chenjing" if id_ == 21 else f"boss{id_}"
    people = {boss: _person(session, boss, "陈静" if id_ == 21 else f"{next(names)}", Role.STORE_MANAGER, path, store)}
    for letter in "ab":
        userid = f"guide{id_}{letter}"
        people[userid] = _person(session, userid, next(names), Role.GUIDE, path, store)
    return people


def _content(session: Session, hq: Staff) -> None:
    persona, category = Persona(name="搭配师", role="搭配师", created_at=clock.now()), Category(name="降温关怀", order=1)
    session.add_all([persona, category])
    session.flush()
    rest = {"persona_id": persona.id, "category_id": category.id, "stage": "成长期"}
    bubbles = ("{客户称呼}，后天降温到零下，您那件轻羽可以收起来啦。", "{门店}刚到了长款，我给您留一件试试？")
    make_script(session, hq, title="降温提醒：长款轻羽到店", bubbles=bubbles, **rest)
    make_script(session, hq, title="尺码不合适怎么换", bubbles=("没关系，吊牌在就能换。",), **rest)
    make_poster(session, hq, title="冬季新品海报")
    save_item(session, hq, ItemKind.SCRIPT, "老客户回访（草稿）", {"bubbles": ["最近好吗"]})


def _tasks(session: Session, hq: Staff, guides: list[Staff]) -> None:
    dice = random.Random(7)
    for title, kind, status, hours in (
        (LONG, AnswerKind.PHOTO, TaskStatus.RUNNING, 9),
        ("给本周新客发一条欢迎补充话术", AnswerKind.TAP, TaskStatus.RUNNING, 4),
        ("收集三条顾客对轻羽的评价", AnswerKind.TEXT, TaskStatus.CLOSED, -1),
        ("双十二预热朋友圈", AnswerKind.TAP, TaskStatus.DRAFT, 30),
    ):
        now = clock.now()
        task = Task(
            title=title[:60],
            body="1. 换橱窗主推款\n2. 拍一张正面照片\n3. 发回总部",
            department_id=1,
            path="1.",
            answer_kind=kind,
            estimated_minutes=8,
            deadline_at=now + timedelta(hours=hours),
            status=status,
            created_by=hq.id,
            created_at=now - timedelta(hours=3),
            published_at=None if status == TaskStatus.DRAFT else now - timedelta(hours=2),
        )
        session.add(task)
        session.flush()
        if status != TaskStatus.DRAFT:
            _copies(session, task, guides, dice)


def _photo(dice: random.Random) -> str:
    """A real picture on disk."""
    file = io.BytesIO()
    Image.new("RGB", (800, 600), (dice.randint(60, 220), 90, dice.randint(60, 220))).save(file, "JPEG")
    return keep_blob(file.getvalue())


def _copies(session: Session, task: Task, guides: list[Staff], dice: random.Random) -> None:
    for guide in guides:
        done, opened = dice.random() < 0.5, dice.random() < 0.7
        undone = AssignmentStatus.LATE if task.status == TaskStatus.CLOSED else AssignmentStatus.OPEN
        session.add(
            Assignment(
                task_id=task.id,
                guide_id=guide.id,
                store_id=guide.store_id,
                created_at=task.created_at,
                status=AssignmentStatus.DONE if done else undone,
                opened_at=clock.now() if opened else None,
                done_at=clock.now() - timedelta(minutes=dice.randint(2, 90)) if done else None,
                done_via=("card" if task.answer_kind == AnswerKind.TAP else "sidebar") if done else "",
                answer_text="橱窗已换好，客人进店明显多了。" if done and task.answer_kind != "tap" else "",
                answer_photos=[_photo(dice)] if done and task.answer_kind == AnswerKind.PHOTO else [],
            )
        )
    session.flush()


def _customers(session: Session, guides: list[Staff]) -> None:
    dice = random.Random(3)
    group = TagGroup(name="消费属性", platform_id="g1")
    session.add(group)
    session.flush()
    tags = [Tag(group_id=group.id, name=name, platform_id=name) for name in ("高客单", "喜欢长款", "等折扣")]
    session.add_all(tags)
    session.flush()
    for number in range(80):
        _customer(session, number, guides[number % len(guides)], tags[number % 3], dice)
    _today(session, guides, dice)


def _customer(session: Session, number: int, guide: Staff, tag: Tag, dice: random.Random) -> None:
    name = "爱旅行的" + "长" * 3000 if number == 1 else f"{dice.choice('陈林黄张李王')}女士 {number}"
    added = clock.now() - timedelta(days=dice.choice((0, 0, 1, 3, 7, 14, 29)), hours=1)
    customer = Customer(
        external_userid=f"wm{number:04}", name=name, consent=Consent.NONE if number % 17 == 5 else Consent.ALL,
        tag_ids=[tag.id], phone="13800138000" if number % 3 else None, phone_last4="8000" if number % 3 else None,
        created_at=added, owner_id=guide.id,
    )  # fmt: skip
    session.add(customer)
    session.flush()
    session.add(
        Follow(
            customer_id=customer.id, staff_id=guide.id, status=FollowStatus.ACTIVE, remark="老客陈姐" if number == 0 else "",
            tag_ids=customer.tag_ids, followed_at=added, changed_at=added, last_contact_at=added if number % 2 else None,
        )
    )  # fmt: skip
    for kind, facts in (("added", {"channel": "收银台"}), ("tagged", {"add": [tag.name]})):
        once = f"{kind}:{customer.id}"
        session.add(TimelineEntry(customer_id=customer.id, staff_id=guide.id, kind=kind, at=added, facts=facts, once=once))


def _today(session: Session, guides: list[Staff], dice: random.Random) -> None:
    for guide in guides:
        facts = {"adds": dice.randint(0, 4), "touched": dice.randint(0, 9), "tasks_done": dice.randint(0, 3)}
        points = facts["adds"] * 5 + facts["touched"] + facts["tasks_done"] * 3
        session.add(
            GuideDay(
                on=clock.today(), guide_id=guide.id, store_id=guide.store_id, path=guide.path, points=points,
                recounted_at=clock.now(), **facts,
            )
        )  # fmt: skip
    session.flush()


def _trouble(session: Session) -> None:
    _dead_messages(session)
    _strange_events(session)
    _syncs(session)
    _failed_code(session)
    session.flush()


def _dead_messages(session: Session) -> None:
    now, reason = clock.now(), "客户已不是该导购的好友，标签没有写进企业微信"
    for number in range(7):
        session.add(
            OutgoingMessage(
                lane=Lane.INTERACTIVE, call="externalcontact/mark_tag", idempotency_key=f"k{number}", about=f"follow:{number}",
                payload={"userid": "guide21a", "external_userid": "wm0001"}, status=MessageStatus.DEAD, due_at=now,
                created_at=now, attempts=3, errcode=84061, reason=reason,
            )
        )  # fmt: skip
    session.add(PausedCall(call="message/send", until=now + timedelta(minutes=2), errcode=45009))


def _strange_events(session: Session) -> None:
    make_event(session, change_type="add_external_contact", status=EventStatus.DONE)
    make_event(session, "unheard_of_event", status=EventStatus.IGNORED, body={"Event": "unheard_of_event", "Note": "新能力"})
    make_event(
        session, change_type="edit_external_contact", status=EventStatus.SET_ASIDE, attempts=5,
        error="处理时出错：缺少 ExternalUserID",
        body={"Event": "change_external_contact", "ChangeType": "edit_external_contact", "UserID": "guide21a"},
    )  # fmt: skip


def _syncs(session: Session) -> None:
    now = clock.now()
    problem = {"step": "customers", "errcode": 84061, "reason": "成员没有开通客户联系", "count": 2, "examples": ["周婷", "吴芳"]}
    steps = {
        "departments": {"seen": 8, "changed": 0},
        "users": {"seen": 17, "departments": 8},
        "customers": {"seen": 80, "new": 80},
    }
    before = now - timedelta(hours=5)
    session.add(
        SyncRun(
            kind="full", status=SyncStatus.DONE, cursor={}, done=17, total=17, report={"steps": steps, "problems": [problem]},
            asked_by="staff:1", created_at=before, finished_at=before,
        )
    )  # fmt: skip
    session.add(
        SyncRun(
            kind="customers", status=SyncStatus.RUNNING, cursor={"fence": 1}, done=31, total=80, report={},
            asked_by="staff:1", created_at=now, beat_at=now,
        )
    )  # fmt: skip


def _failed_code(session: Session) -> None:
    guide = session.query(Staff).filter_by(userid="guide21a").one()
    session.add(
        ChannelCode(
            state="gd1", staff_id=guide.id, channel="收银台", status=CodeStatus.FAILED, tag_ids=[],
            problem="成员尚未激活企业微信或未实名，不能创建「联系我」", created_at=clock.now(),
        )
    )  # fmt: skip
