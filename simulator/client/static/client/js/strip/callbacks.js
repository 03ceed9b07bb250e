// Callbacks on their way to the product, and the last ones with their outcome.

import * as control from "../control.js";
import { openDialog } from "../dialog.js";
import { fill, h } from "../element.js";
import { eventName } from "../event_names.js";
import { clockFace } from "../time.js";
import { attempt } from "../toast.js";

const accepted = ({ status, error }) => status === 200 && !error;

/** One try to deliver one event; a click shows what was said, decrypted. */
export const attemptRow = (attempted) =>
  h(
    "details.attempt",
    h(
      "summary",
      h(accepted(attempted) ? "span.dot.good" : "span.dot.bad"),
      h("span.attempt-name", eventName(attempted)),
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
        fill(list, latest.length ? latest.map(attemptRow) : h("p.empty", "还没有发出回调"));
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
