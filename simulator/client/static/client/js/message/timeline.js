// A chat from top to bottom: lines of both people, notes of the system, the time where there was a pause.

import { avatar } from "../avatar.js";
import { h } from "../element.js";
import { divider } from "../time.js";
import { bodyOf } from "./bodies.js";

const PAUSE_SECONDS = 300;
const VIA = { sidebar: "侧边栏", welcome: "欢迎语", group_send: "群发" };

/** Put time lines between messages; each item keeps its own key. */
export const withTimes = (messages) => {
  const items = [];
  let last = -Infinity;
  for (const message of messages) {
    if (message.at - last > PAUSE_SECONDS) items.push({ key: `at-${message.key}`, time: divider(message.at) });
    last = message.at;
    items.push(message);
  }
  return items;
};

/** One line. `mine` stands on the right; `face` = {name, avatar}; `open(url)` follows links. */
export const line = ({ mine, face, msgtype, body, via, note }, open) => {
  const { node, framed } = bodyOf(msgtype, body, open);
  const content = framed ? h("div.bubble", node) : node;
  const label = note || VIA[via];
  return h(
    mine ? "div.line.mine" : "div.line",
    avatar(face.name, face.avatar),
    h("div.line-body", content, label && h("span.line-note", label)),
  );
};

export const timeLine = (text) => h("div.time-line", text);
export const noteLine = (text) => h("div.note-line", text);
