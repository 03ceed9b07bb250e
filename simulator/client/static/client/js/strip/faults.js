// Faults the simulator plays: what is on, switching the common ones on and everything off.

import * as control from "../control.js";
import { openDialog } from "../dialog.js";
import { fill, h } from "../element.js";
import { calmDown, PRESETS } from "../faults/presets.js";
import { words } from "../faults/words.js";
import { newest } from "../newest.js";
import { place } from "../place.js";
import { attempt } from "../toast.js";

const CANCEL = ["下次侧边栏发送由导购取消", () => control.post("client", { userid: place.member, cancel_next_send: true })];

const content = () => {
  const list = h("div.faults");
  const ask = newest();
  const paint = async () => {
    const answer = await ask(control.get("faults"));
    if (!answer) return;
    const faults = answer.faults.filter(({ spent }) => !spent);
    fill(
      list,
      faults.length
        ? faults.map((fault) => h("div.fault", h("span", words(fault)), h("button.button.small", { type: "button", onclick: change(() => control.remove(`faults/${fault.id}`)) }, "停止")))
        : h("p.empty", "现在没有故障"),
    );
  };
  const change = (action) => async () => {
    await attempt(action, "已生效");
    await paint();
  };
  paint();
  return [
    h("h3.dialog-sub", "正在发生"),
    list,
    h("h3.dialog-sub", "制造一个"),
    h("div.fault-buttons", [...PRESETS, CANCEL].map(([name, action]) => h("button.button", { type: "button", onclick: change(action) }, name))),
    h(
      "div.dialog-actions",
      h("a.button.left", { href: "/faults" }, "故障、限流与场景"),
      h("button.button.danger", { type: "button", onclick: change(calmDown) }, "全部停止"),
    ),
  ];
};

export const faultsControl = () => {
  const count = h("strong", "0");
  const node = h("button.chip.count", { type: "button", onclick: () => openDialog("故障", content) }, "故障 ", count);
  /** Faults on calls and disturbances of callbacks count alike. */
  const show = (faults, disturbed) => {
    const all = faults + disturbed.length;
    count.textContent = String(all);
    node.classList.toggle("warn", all > 0);
  };
  return { node, show };
};
