// Faults that are on, with how often they have struck.

import * as control from "../control.js";
import { fill, h } from "../element.js";
import { keyed } from "../list.js";
import { newest } from "../newest.js";
import { attempt } from "../toast.js";
import { part } from "./part.js";
import { calmDown } from "./presets.js";
import { words } from "./words.js";

export const runningPart = (errcodes) => {
  const list = h("div.rows-plain");
  const stopAll = h("button.button.small.danger", { type: "button", onclick: async () => (await attempt(calmDown, "已全部停止"), look()) }, "全部停止");
  const names = new Map(errcodes.map(({ errcode, name }) => [errcode, name]));

  const row = (fault) =>
    h(
      "div.fault",
      h(
        "div.fault-words",
        h("span", words(fault)),
        h("small", [fault.kind === "errcode" && names.get(fault.errcode), `已命中 ${fault.hits} 次`, fault.by && "来自场景"].filter(Boolean).join(" · ")),
      ),
      h("button.button.small", { type: "button", onclick: async () => (await attempt(() => control.remove(`faults/${fault.id}`)), look()) }, "停止"),
    );
  const render = keyed(list, { key: ({ id }) => id, build: row, steady: true });
  const ask = newest();
  const look = async () => {
    const answer = await ask(control.get("faults"));
    if (!answer) return;
    stopAll.hidden = answer.faults.length === 0;
    if (answer.faults.length) render(answer.faults);
    else fill(list, h("p.empty", "现在没有故障，接口都按文档答复。"));
  };
  const node = part("running", "正在发生", "", list, h("div.part-actions", stopAll));
  return { node, look };
};
