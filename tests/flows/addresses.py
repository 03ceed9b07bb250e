"""Every address with an object's id: who asks, whose things she may not see, her own that she may; and the locked ones."""

from dataclasses import dataclass

from tests.flows.browsers import Visitor


@dataclass
class Case:
    """Who asks, whose things she may not see, and her own that she may; `path` is filled with a set of things."""

    path: str
    viewer: str
    others: tuple[str, ...]
    own: str
    form: dict[str, object] | None = None
    json: dict[str, object] | None = None

    def ask(self, visitor: Visitor, things: dict[str, object]) -> tuple[str, int]:
        """The address and what it answered."""
        path = self.path.format(**things)
        if self.form is None and self.json is None:
            return path, visitor.get(path).status_code
        fill = lambda body: {k: v.format(**things) if isinstance(v, str) else things[v[0]] for k, v in body.items()}  # noqa: E731
        answer = visitor.post(path, fill(self.form or {}), json=None if self.json is None else fill(self.json))
        return path, answer.status_code


def manager(path: str, form: dict[str, object] | None = None) -> Case:
    """A store manager and the store next door, then one of another region."""
    return Case(path, "m21", ("g22a", "g31a"), "g21a", form)


def region(path: str, form: dict[str, object] | None = None) -> Case:
    """A regional manager and another region."""
    return Case(path, "east", ("g31a",), "g21a", form)


def content(path: str, viewer: str = "east", **rest: dict[str, object]) -> Case:
    """Content belongs to a region."""
    return Case(path, viewer, ("g31a",), "g21a", **rest)


def guide(path: str, **rest: dict[str, object]) -> Case:
    """A guide, her colleague at the next table, and two other stores."""
    return Case(path, "g21a", ("g21b", "g22a", "g31a"), "g21a", **rest)


TASK: dict[str, object] = {
    "title": "换冬装", "body": "按图", "department_id": "{department}", "answer_kind": "tap", "estimated_minutes": "5",
    "deadline_at": "{later}", "item_id": "",
}  # fmt: skip
ITEM: dict[str, object] = {"title": "改过的", "bubble": "你好", "stage": "", "persona_id": "", "category_id": ""}
SEND: dict[str, object] = {"once": "once-{customer}", "customer": "{customer}", "item": ("script",), "version": ("version",)}

CASES: dict[str, Case] = {
    "hq.show_task": manager("/hq/tasks/{task}"),
    "hq.show_progress": manager("/hq/tasks/{task}/progress"),
    "hq.list_people": manager("/hq/tasks/{task}/people?status=done"),
    "hq.list_task_answers": manager("/hq/tasks/{task}/answers"),
    "hq.show_photo": manager("/hq/tasks/{task}/answers/{answer}/photos/0"),
    "hq.show_customer": manager("/hq/customers/{customer}"),
    "hq.edit_task": region("/hq/tasks/{draft}/edit"),
    "hq.change_task": region("/hq/tasks/{draft}/edit", TASK),
    "hq.publish": region("/hq/tasks/{draft}/publish", {}),
    "hq.withdraw": region("/hq/tasks/{task}/withdraw", {}),
    "hq.show_content": content("/hq/content/{script}", "m21"),
    "hq.edit_content": content("/hq/content/{script}/edit"),
    "hq.change_content": content("/hq/content/{script}/edit", form=ITEM),
    "hq.archive_content": content("/hq/content/{script}/archive", form={}),
    "hq.restore_content": content("/hq/content/{script}/restore", form={}),
    "hq.submit_content": content("/hq/content/{script}/submit", form={}),
    "hq.comment_content": content("/hq/content/{script}/comments", form={"comment": "好"}),
    "hq.compare_content": content("/hq/content/{script}/versions/{version}", "m21"),
    "hq.show_content_file": content("/hq/content/{picture}/versions/{picture_version}/file", "m21"),
    "hq.show_thumbnail": content("/hq/content/{picture}/versions/{picture_version}/thumbnail", "m21"),
    "sidebar.show_customer": guide("/sidebar/customers/{customer}"),
    "sidebar.change_tags": guide("/sidebar/customers/{customer}/tags", json={}),
    "sidebar.change_consent": guide("/sidebar/customers/{customer}/consent", form={"consent": "none"}),
    "sidebar.show_more": guide("/sidebar/customers/{customer}/more"),
    "sidebar.write_note": guide("/sidebar/customers/{customer}/notes", json={"text": "x", "once": "once-{follow}-note"}),
    "sidebar.write_size": guide("/sidebar/customers/{customer}/sizes", json={"kind": "上衣", "value": "L"}),
    "sidebar.write_step": guide(
        "/sidebar/customers/{customer}/steps", json={"text": "x", "due": ["soon"], "once": "once-{follow}-step"}
    ),
    "sidebar.close_step": guide("/sidebar/steps/{step}", json={"on": ["yes"]}),
    "sidebar.withdraw_proposal": guide("/sidebar/proposals/{proposal}/withdraw", form={}),
    "sidebar.show_proposal_picture": guide("/sidebar/proposals/{proposal}/picture"),
    "sidebar.prepare_messages": content("/sidebar/items/{picture}/messages?for=moments", "g21a", json={}),
    "sidebar.open_item": content("/sidebar/items/{link}/open", "g21a"),
    "sidebar.keep_item": content("/sidebar/items/{picture}/favourite", "g21a", json={"on": ["yes"]}),
    "sidebar.show_item_picture": content("/sidebar/items/{picture}/picture", "g21a"),
    "sidebar.show_timeline": guide("/sidebar/customers/{customer}/timeline"),
    "sidebar.show_task": guide("/sidebar/tasks/{copy}"),
    "sidebar.finish_task": guide("/sidebar/tasks/{copy}", json={}),
    "sidebar.show_photo": guide("/sidebar/tasks/{answer}/photos/0"),
    "sidebar.finish_one": guide("/sidebar/care/{follow}/{node}", form={"outcome": "done"}),
    "sidebar.show_poster": content("/sidebar/posters/{poster}", "g21a"),
    "sidebar.show_poster_picture": content("/sidebar/posters/{poster}/picture", "g21a"),
    "sidebar.report_posted": guide("/sidebar/posts/{entry}/posted", form={}),
    "sidebar.report_followed_up": guide("/sidebar/posts/{entry}/followed-up", form={}),
    "hq.show_contribution": region("/hq/contributions/{proposal}"),
    "hq.show_contribution_picture": region("/hq/contributions/{proposal}/picture"),
    "hq.adopt_contribution": region("/hq/contributions/{proposal}/adopt", {"title": "好看", "bubble": "好看"}),
    "hq.decline_contribution": region("/hq/contributions/{proposal}/decline", {"answer": "已经有了"}),
    "hq.give_persona": region("/hq/personas/{persona}/holders", {"kind": "guide", "target_id": "{guide}"}),
    "hq.take_persona": region("/hq/personas/{persona}/holders/{holder}/remove", {}),
    "hq.edit_poster": content("/hq/posters/{poster}"),
    "hq.change_poster": content("/hq/posters/{poster}", form={"title": "改过的", "layout": ("layout",)}),
    "hq.show_ahead": content("/hq/posters/{poster}/ahead"),
    "hq.show_ahead_progress": content("/hq/posters/{poster}/ahead/progress"),
    "hq.start_ahead": content("/hq/posters/{poster}/ahead", form={"department_id": "2"}),
    "hq.cancel_ahead": content("/hq/posters/{poster}/ahead/cancel", form={}),
    "sidebar.prepare_media": content("/sidebar/posters/{poster}/media", "g21a", form={}),
}
# An id may also stand behind the question mark or in the form.
BESIDES: dict[str, Case] = {
    "department of the organisation": region("/hq/organisation?department_id={department}"),
    "department of an audience": region("/hq/tasks/audience?department_id={department}"),
    "store of the codes": manager("/hq/codes?store_id={store}"),
    "store that codes are made for": manager("/hq/codes", {"store_id": "{store}", "channel": "收银台"}),
    "department a poster is drawn for": Case(
        "/hq/posters/{common}/ahead", "east", ("g31a",), "g21a", {"department_id": "{department}"}
    ),
    "store a persona is given to": Case(
        "/hq/personas/{persona}/holders", "east", ("g31a",), "g21a", {"kind": "store", "target_id": "{store}"}
    ),
    "department a persona is given to": Case(
        "/hq/personas/{persona}/holders", "east", ("g31a",), "g21a", {"kind": "region", "target_id": "{region}"}
    ),
    "customer beside the scripts": guide("/sidebar/scripts?c={customer}"),
    "customer beside the search": guide("/sidebar/scripts/results?q=尺码&c={customer}"),
    "customer beside a poster": Case("/sidebar/posters/{common}?c={customer}", "g21a", ("g21b", "g22a"), "g21a"),
    "customer of a reported send": Case("/sidebar/sends", "g21a", ("g21b", "g22a"), "g21a", json=SEND),
    "content of a reported send": Case(
        "/sidebar/sends", "g21a", ("g31a",), "g21a", json=SEND | {"customer": "wm-g21a", "once": "once-again-{script}"}
    ),
}
# The brand's own: every manager reads it, of whatever region; (address, the lowest role that may).
SHARED = {
    "hq.show_persona": ("/hq/personas/{persona}", "m21"),
    "hq.show_entry": ("/hq/calendar/entries/{entry}", "m21"),
    "hq.find_holders": ("/hq/personas/{persona}/find?q=G", "east"),
}
# Open to whoever has the whole address, which only we can make.
SIGNED = {"sidebar.show_shared_picture"}
LOCKED = {
    "hq.copy_calendar": "/hq/calendar/{persona}/copy",
    "hq.publish_calendar": "/hq/calendar/{persona}/publish",
    "hq.write_entry": "/hq/calendar/{persona}/new",
    "hq.create_entry": "/hq/calendar/{persona}/new",
    "hq.change_entry": "/hq/calendar/entries/{entry}",
    "hq.change_day": "/hq/calendar/entries/{entry}/move",
    "hq.take_entry_back": "/hq/calendar/entries/{entry}/take-back",
    "hq.drop_entry": "/hq/calendar/entries/{entry}/delete",
    "hq.edit_persona": "/hq/personas/{persona}/edit",
    "hq.change_persona": "/hq/personas/{persona}/edit",
    "hq.put_persona_away": "/hq/personas/{persona}/archive",
    "hq.bring_persona_back": "/hq/personas/{persona}/restore",
    "hq.drop_word": "/hq/words/{word}/remove",
    "hq.publish_content": "/hq/content/{item}/publish",
    "hq.approve_content": "/hq/content/{item}/approve",
    "hq.send_back_content": "/hq/content/{item}/send-back",
    "hq.rename_shelf": "/hq/content/categories/{shelf}/rename",
    "hq.move_shelf": "/hq/content/categories/{shelf}/move",
    "hq.shift_shelf": "/hq/content/categories/{shelf}/shift",
    "hq.delete_shelf": "/hq/content/categories/{shelf}/delete",
    "hq.edit_care": "/hq/care/{node}",
    "hq.change_care": "/hq/care/{node}",
    "hq.show_event": "/hq/inbox/{event}",
    "hq.replay_event": "/hq/inbox/{event}/replay",
    "hq.show_message": "/hq/outbox/{message}",
    "hq.resend_one": "/hq/outbox/{message}/resend",
    "hq.show_report": "/hq/sync/{run}",
    "hq.change_role": "/hq/staff/{staff}/role",
    "hq.sign_out_everywhere": "/hq/staff/{staff}/sessions",
}
