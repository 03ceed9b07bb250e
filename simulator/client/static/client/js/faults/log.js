// The last calls and callbacks as they come; a click shows question and answer, or the decrypted event.

import * as control from "../control.js";
import { fill, h } from "../element.js";
import { attemptRow } from "../strip/callbacks.js";
import { clockFace } from "../time.js";
import { choice, part } from "./part.js";

const KEPT = 80;
const NO_JSON = -2;
const LISTS = [["calls", "接口调用"], ["callbacks", "事件回调"]];

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text || "（空）";
  }
};

const callRow = (names) => (call) => {
  const outcome = call.errcode === NO_JSON ? "没有正常答复" : call.errcode ? `${call.errcode} ${names.get(call.errcode) || ""}` : "";
  return h(
    "details.attempt",
    h(
      "summary",
      h(call.errcode ? "span.dot.bad" : "span.dot.good"),
      h("span.attempt-name", call.path),
      h("span.attempt-note", outcome),
      h("span.attempt-note", `${Math.round(call.elapsed_ms)} ms`),
      h("time", clockFace(call.at)),
    ),
    h("pre", `→ ${pretty(call.request)}\n\n← ${pretty(call.response)}`),
  );
};

/** A list that puts new rows on top and never rebuilds those it has: an opened one stays open. */
const growing = (row, words) => {
  const node = h("div.attempts", h("p.empty", words));
  let newest = 0;
  const add = (items) => {
    const fresh = items.filter(({ id }) => id > newest).sort((a, b) => b.id - a.id);
    if (!fresh.length) return;
    if (!newest) fill(node);
    newest = fresh[0].id;
    node.prepend(...fresh.map(row));
    while (node.childElementCount > KEPT) node.lastElementChild.remove();
  };
  const clear = () => {
    newest = 0;
    fill(node, h("p.empty", words));
  };
  return { node, add, clear, since: () => newest };
};

export const logPart = (errcodes) => {
  const names = new Map(errcodes.map(({ errcode, name }) => [errcode, name]));
  const calls = growing(callRow(names), "还没有人调用接口。");
  const callbacks = growing(attemptRow, "还没有发出回调。");
  const lists = { calls, callbacks };
  let shown = "calls";
  const show = (name) => {
    shown = name;
    for (const [each, { node }] of Object.entries(lists)) node.hidden = each !== name;
  };
  const clear = async () => {
    await control.remove(shown);
    lists[shown].clear();
  };
  const look = async () => {
    const [called, tried] = await Promise.all([control.get("calls", { limit: KEPT, since_id: calls.since() }), control.get("callbacks", { limit: KEPT })]);
    calls.add(called.calls);
    callbacks.add(tried.attempts);
  };
  show("calls");
  const head = h("div.log-head", choice("log", LISTS, "calls", show), h("button.button.small", { type: "button", onclick: clear }, "清空"));
  return { node: part("log-list", "来往", "", head, calls.node, callbacks.node), look };
};
