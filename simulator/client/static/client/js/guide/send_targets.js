// To whom a 群发 goes, with what became of it for each; before sending, customers may be left out where the task allows it.

import { avatar, groupFace } from "../avatar.js";
import { h } from "../element.js";

const STATUS = { 0: "", 1: "已发送", 2: "不是好友", 3: "已达接收上限" };
const idOf = (target) => target.external_userid || target.chat_id;

/** {node, chosen() → ids, or undefined for all of them}. */
export const targetsOf = (task) => {
  const total = task.target_count ?? task.targets.length;
  const unit = task.chat_type === "group" ? "个客户群" : "位客户";
  const choosing = task.status === 0 && task.allow_select && total === task.targets.length;
  const left = new Set();
  const tick = (id) => (event) => left[event.target.checked ? "delete" : "add"](id);
  const row = (target) =>
    h(
      choosing ? "label.check-row" : "div.check-row",
      choosing && h("input", { type: "checkbox", checked: true, onchange: tick(idOf(target)) }),
      target.chat_id ? groupFace(target.avatars, "small") : avatar(target.name, target.avatar, "small"),
      h("span.row-title", target.name || idOf(target)),
      STATUS[target.status] && h(`span.target-state${target.status > 1 ? ".bad" : ""}`, STATUS[target.status]),
    );
  const node = h(
    "details.targets",
    h("summary", h("span", `发送给 ${total} ${unit}`), h("span.targets-note", choosing ? "可取消勾选" : "查看")),
    h("div.checks", task.targets.map(row), total > task.targets.length && h("p.checks-more", `还有 ${total - task.targets.length} ${unit}`)),
  );
  const chosen = () => (left.size ? task.targets.map(idOf).filter((id) => !left.has(id)) : undefined);
  return { node, chosen };
};
