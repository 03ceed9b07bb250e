// 群发助手: what the corp asks this guide to send. Nothing goes out before she confirms; she may leave customers out.

import * as control from "../control.js";
import { confirmThen } from "../dialog.js";
import { fill, h, refill } from "../element.js";
import { keyed } from "../list.js";
import { bodyOf } from "../message/bodies.js";
import { fullDay, hourMinute } from "../time.js";
import { attempt } from "../toast.js";
import { backButton } from "./heads.js";
import { openOwnSend } from "./own_send.js";
import { openPage } from "./panel.js";
import { targetsOf } from "./send_targets.js";

const STATES = { 0: ["待确认", "wait"], 2: ["已发送", "done"], "-1": ["已停止", "off"] };
const asText = (text) => (typeof text === "string" ? text : text?.content || "");

const preview = (task) =>
  h(
    "div.task-preview",
    asText(task.text) && h("div.bubble", bodyOf("text", { content: asText(task.text) }, { open: openPage }).node),
    (task.attachments || []).map((each) => h("div.task-attachment", bodyOf(each.msgtype, each, { open: openPage }).node)),
  );

const confirm = (task, me, chosen) => {
  const people = task.chat_type === "group" ? "个客户群" : "位客户";
  const some = chosen();
  const count = some ? some.length : task.target_count ?? task.targets.length;
  return confirmThen(
    "确认发送",
    `发给 ${count} ${people}，发出后不能撤回。`,
    "发送",
    () => attempt(() => control.act("member_confirms_group_send", { userid: me.userid, msgid: task.msgid, ...(some ? { targets: some } : {}) }), "已发送"),
    "primary",
  );
};

const card = (me) => (task) => {
  const [word, tone] = STATES[task.status] || STATES[0];
  const targets = targetsOf(task);
  return h(
    "article.task",
    { data: { msgid: task.msgid } },
    h(
      "header.task-head",
      h("span.task-title", task.chat_type === "group" ? "群发到客户群" : "群发给客户"),
      h(`span.task-state.${tone}`, word),
      h("time", `${fullDay(task.create_time)} ${hourMinute(task.create_time)}`),
    ),
    h("p.task-from", [task.creator && `创建人 ${task.creator}`, task.reminders > 0 && `已提醒 ${task.reminders} 次`].filter(Boolean).join(" · ")),
    preview(task),
    targets.node,
    task.status === 0 &&
      h(
        "footer.task-foot",
        h("button.button.primary", { type: "button", onclick: () => confirm(task, me, targets.chosen) }, "确认发送"),
      ),
  );
};

export const sends = (root) => {
  const head = h("header.chat-head");
  const list = h("div.tasks", { tabIndex: 0, "aria-label": "群发任务" });
  let me = null;
  const render = keyed(list, { key: (task) => task.msgid, build: (task) => card(me)(task) });
  fill(root, head, list);

  const show = (desk) => {
    me = desk.me;
    refill(head, [], () => [
      backButton(),
      h("div.chat-title", h("h2", "群发助手")),
      h("button.tool", { type: "button", onclick: () => openOwnSend(me) }, "新建群发"),
    ]);
    const order = [...desk.sends].sort((a, b) => (a.status === 0 ? 0 : 1) - (b.status === 0 ? 0 : 1) || b.create_time - a.create_time);
    if (order.length) render(order);
    else fill(list, h("p.empty", "还没有群发任务。企业创建的群发会出现在这里，由你确认后发出。"));
  };
  return { show };
};
