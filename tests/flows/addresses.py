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
    "hq.show_owner": manager("/hq/customers/{customer}/owner"),
    "hq.move_owner": manager("/hq/customers/{customer}/owner", {"owner": "", "hold": "", "note": ""}),
    "hq.show_customer_part": manager("/hq/customers/{customer}/parts/orders"),
    "hq.delete_view": manager("/hq/customers/views/{view}/delete", {}),
    "hq.show_batch": manager("/hq/batches/{batch}"),
    "hq.cancel_batch_now": manager("/hq/batches/{batch}/cancel", {}),
    "hq.undo_batch_now": manager("/hq/batches/{batch}/undo", {}),
    "hq.show_timeline": manager("/hq/customers/{customer}/timeline"),
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
    "sidebar.ask_to_send": guide("/sidebar/customers/{customer}/sending", json={"item": ["script"]}),
    "sidebar.show_known": guide("/sidebar/customers/{customer}/known"),
    "sidebar.write_answer": guide("/sidebar/customers/{customer}/answers", form={"field": "{field}", "value": "苏州"}),
    "sidebar.put_in_closet": guide(
        "/sidebar/customers/{customer}/closet", form={"name": "围巾", "once": "once-{follow}-closet", "wished": "1"}
    ),
    "sidebar.change_closet": guide("/sidebar/customers/{customer}/closet/{closet}", form={"deed": "own"}),
    "sidebar.show_more": guide("/sidebar/customers/{customer}/more"),
    "sidebar.write_note": guide("/sidebar/customers/{customer}/notes", json={"text": "x", "once": "once-{follow}-note"}),
    "sidebar.write_size": guide("/sidebar/customers/{customer}/sizes", json={"kind": "上衣", "value": "L"}),
    "sidebar.write_visit": guide("/sidebar/customers/{customer}/visits", json={"on": ["yes"]}),
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
    "hq.show_handover": manager("/hq/handovers/{handover}"),
    "hq.find_receivers": manager("/hq/handovers/{handover}/receivers?q=g"),
    "hq.move_handover": manager("/hq/handovers/{handover}/move", {"to_id": "{guide}", "customer": "1"}),
    "hq.leave_out_of_handover": manager("/hq/handovers/{handover}/leave-out", {"customer": "1"}),
    "hq.confirm_customer_handover": manager("/hq/handovers/{handover}/confirm", {}),
    "hq.call_off_handover": manager("/hq/handovers/{handover}/cancel", {}),
    "hq.hand_over_again": manager("/hq/handovers/{handed}/again", {"customer": "1", "to_id": "{guide}"}),
    "hq.get_handover_report": manager("/hq/handovers/{handed}/report.csv"),
    "sidebar.show_handed": guide("/sidebar/handovers/{handed}"),
    "hq.undo_tag_mark": manager("/hq/customers/{customer}/tags/{mark}/undo", {}),
    "sidebar.show_tag_origins": guide("/sidebar/customers/{customer}/tags/origins"),
    "hq.show_group": manager("/hq/segments/{segment}"),
    "hq.edit_group": manager("/hq/segments/{segment}/edit"),
    "hq.change_group": manager("/hq/segments/{segment}/edit", {"name": "改过的", "note": "", "rule": "", "refresh_hour": ""}),
    "hq.archive_group": manager("/hq/segments/{segment}/archive", {}),
    "hq.list_group_runs": manager("/hq/segments/{segment}/runs"),
    "hq.freeze_group": manager("/hq/segments/{segment}/runs", {"once": "once-{segment}"}),
    "hq.show_group_run": manager("/hq/segments/{segment}/runs/{segment_run}"),
    "hq.export_group": region("/hq/segments/{segment}/export"),
    "hq.start_export": region("/hq/segments/{segment}/export", {"form": "csv", "why": "核对", "run_id": "{segment_run}"}),
    "hq.fetch_export": region("/hq/segments/exports/{export}"),
    "sidebar.prepare_media": content("/sidebar/posters/{poster}/media", "g21a", form={}),
}
# An id may also stand behind the question mark or in the form.
BESIDES: dict[str, Case] = {
    "department of the organisation": region("/hq/organisation?department_id={department}"),
    "department of the charts of customers": region("/hq/customers/charts?department={department}"),
    "view of the customer list": manager("/hq/customers?view={view}"),
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
    "department of the losses": manager("/hq/losses?department={department}"),
    "guide whose customers are handed over": manager("/hq/handovers", {"from_id": "{guide}"}),
    "segment compared with another": manager("/hq/segments/overlap?one={segment}&other={segment}"),
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
    "hq.show_tag_group": ("/hq/tags/groups/{tag_group}", "east"),
}
# Open to whoever has the whole address, which only we can make.
SIGNED = {"sidebar.show_shared_picture"}
LOCKED = {
    "hq.edit_tag_group": "/hq/tags/groups/{tag_group}/edit",
    "hq.change_tag_group": "/hq/tags/groups/{tag_group}/edit",
    "hq.put_tag_group_first": "/hq/tags/groups/{tag_group}/first",
    "hq.delete_tag_group": "/hq/tags/groups/{tag_group}/delete",
    "hq.edit_tag": "/hq/tags/{tag}/edit",
    "hq.change_tag": "/hq/tags/{tag}/edit",
    "hq.put_tag_first": "/hq/tags/{tag}/first",
    "hq.delete_tag": "/hq/tags/{tag}/delete",
    "hq.show_tag_rule": "/hq/tags/rules/{tag_rule}",
    "hq.show_tag_trial": "/hq/tags/rules/{tag_rule}/trial",
    "hq.edit_tag_rule": "/hq/tags/rules/{tag_rule}/edit",
    "hq.change_tag_rule": "/hq/tags/rules/{tag_rule}/edit",
    "hq.switch_tag_rule_on": "/hq/tags/rules/{tag_rule}/on",
    "hq.switch_tag_rule_off": "/hq/tags/rules/{tag_rule}/off",
    "hq.remove_tag_rule": "/hq/tags/rules/{tag_rule}/remove",
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
    "hq.show_import_run": "/hq/imports/7",
    "hq.choose_import_columns": "/hq/imports/7/columns",
    "hq.check_import_columns": "/hq/imports/7/columns",
    "hq.get_customer_problems": "/hq/imports/7/problems.csv",
    "hq.get_customer_originals": "/hq/imports/7/originals.csv",
    "hq.get_customer_template": "/hq/imports/template/members.csv",
    "hq.run_customer_import": "/hq/imports/7/run",
    "hq.cancel_customer_import": "/hq/imports/7/cancel",
    "hq.edit_profile_field": "/hq/profile-fields/7",
    "hq.change_profile_field": "/hq/profile-fields/7",
    "hq.move_profile_field": "/hq/profile-fields/7/move",
    "hq.remove_profile_field": "/hq/profile-fields/7/remove",
    "hq.disable_api_key": "/hq/open-api/keys/7/disable",
    "hq.show_webhook": "/hq/open-api/webhooks/7",
    "hq.edit_webhook": "/hq/open-api/webhooks/7/edit",
    "hq.change_webhook": "/hq/open-api/webhooks/7/edit",
    "hq.ping_webhook": "/hq/open-api/webhooks/7/ping",
    "hq.replay_webhook": "/hq/open-api/webhooks/7/replay",
    "hq.switch_webhook": "/hq/open-api/webhooks/7/switch",
    "hq.merge_candidates": "/hq/merges/7",
    "hq.part_candidates": "/hq/merges/7/apart",
    "hq.undo_merged": "/hq/merges/done/7/undo",
    "hq.write_person_request": "/hq/customers/{customer}/person-requests/new",
    "hq.create_person_request": "/hq/customers/{customer}/person-requests/new",
    "hq.show_person_request": "/hq/person-requests/{request}",
    "hq.hand_out_copy": "/hq/person-requests/{request}/copy",
    "hq.start_erasing": "/hq/person-requests/{request}/erase",
    "hq.close_person_request": "/hq/person-requests/{request}/close",
    "hq.edit_person": "/hq/person-requests/{request}/correct",
    "hq.correct_person": "/hq/person-requests/{request}/correct",
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
