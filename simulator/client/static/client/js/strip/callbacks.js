// Callbacks on their way to the product, and the last ones with their outcome.

import * as control from "../control.js";
import { openDialog } from "../dialog.js";
import { fill, h } from "../element.js";
import { clockFace } from "../time.js";
import { attempt } from "../toast.js";

const NAMES = {
  add_external_contact: "添加客户",
  add_half_external_contact: "单向添加客户",
  edit_external_contact: "修改客户",
  del_external_contact: "删除客户",
  del_follow_user: "被客户删除",
  transfer_fail: "接替失败",
  create_user: "新增成员",
  update_user: "更新成员",
  delete_user: "删除成员",
  create_party: "新增部门",
  update_party: "更新部门",
  delete_party: "删除部门",
  template_card_event: "点击卡片",
  template_card_menu_event: "卡片菜单",
  enter_agent: "进入应用",
  click: "点击菜单",
  text: "发消息给应用",
};

const nameOf = ({ event, change_type: change }) => NAMES[change] || NAMES[event] || change || event || "事件";
const accepted = ({ status, error }) => status === 200 && !error;

const row = (attempted) =>
  h(
    "details.attempt",
    h(
      "summary",
      h(accepted(attempted) ? "span.dot.good" : "span.dot.bad"),
      h("span.attempt-name", nameOf(attempted)),
      h("span.attempt-note", attempted.attempt > 1 ? `第 ${attempted.attempt} 次` : ""),
      h("span.attempt-note", attempted.error || `${attempted.status} · ${Math.round(attempted.elapsed_ms)} ms`),
      h("time", clockFace(attempted.at)),
    ),
    h("pre", attempted.xml || ""),
  );

const open = () =>
  openDialog(
    "事件回调",
    () => {
      const list = h("div.attempts", h("p.empty", "正在读取…"));
      attempt(() => control.get("callbacks", { limit: 60 })).then((answer) => {
        if (!answer) return;
        const latest = [...answer.attempts].sort((a, b) => b.id - a.id);
        fill(list, latest.length ? latest.map(row) : h("p.empty", "还没有发出回调"));
      });
      return list;
    },
    { wide: true },
  );

export const callbacksControl = () => {
  const count = h("strong", "0");
  const node = h("button.chip.count", { type: "button", onclick: open, title: "查看事件回调" }, "待投递回调 ", count);
  const show = (pending) => {
    count.textContent = String(pending);
    node.classList.toggle("busy", pending > 0);
  };
  return { node, show };
};
