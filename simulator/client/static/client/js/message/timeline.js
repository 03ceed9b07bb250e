// A chat from top to bottom: lines of all its people, notes of the system, the time where there was a pause.

import { avatar } from "../avatar.js";
import { h } from "../element.js";
import { divider, dayOf } from "../time.js";
import { bodyOf } from "./bodies.js";

const PAUSE_SECONDS = 300;
const VIA = { sidebar: "侧边栏", welcome: "欢迎语", group_send: "群发" };

/** Put time lines where a new day begins or after a pause; each item keeps its own key. */
export const withTimes = (messages) => {
  const items = [];
  let last = -Infinity;
  let day = "";
  for (const message of messages) {
    const today = dayOf(message.at);
    if (message.at - last > PAUSE_SECONDS || today !== day) items.push({ key: `at-${message.key}`, time: divider(message.at) });
    last = message.at;
    day = today;
    items.push(message);
  }
  return items;
};

/**
 * One line. `mine` stands on the right; face {name, avatar} or a node; `name` above it (groups); `tool` {label, run} beside it.
 * acts {open(url), pick?(menu entry)}.
 */
export const line = ({ mine, face, name, msgtype, body, via, note, tool }, acts) => {
  const { node, framed } = bodyOf(msgtype, body, acts);
  const content = framed ? h("div.bubble", node) : node;
  const label = note || VIA[via];
  return h(
    mine ? "div.line.mine" : "div.line",
    face instanceof Node ? face : avatar(face.name, face.avatar),
    h(
      "div.line-body",
      name && h("span.line-name", name),
      content,
      label && h("span.line-note", label),
      tool && h("button.line-tool", { type: "button", onclick: tool.run }, tool.label),
    ),
  );
};

export const timeLine = (text) => h("div.time-line", text);
export const noteLine = (text) => h("div.note-line", text);
