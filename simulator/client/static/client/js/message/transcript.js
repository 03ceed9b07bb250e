// The scrolling part of a chat: keeps to the bottom unless the person reads higher up, loads older lines at the top.

import { fill, h } from "../element.js";
import { keyed } from "../list.js";
import { newest } from "../newest.js";
import { attempt } from "../toast.js";
import { timeLine, withTimes } from "./timeline.js";

const PAGE = 60;
const NEAR = 120;

/** transcript({fetch(limit) → messages with key and at, build(message) → node, empty}) → {node, refresh()}. */
export const transcript = ({ fetch, build, empty = "还没有消息" }) => {
  const node = h("div.lines", { role: "log", "aria-label": "消息", tabIndex: 0 });
  const render = keyed(node, { key: (item) => item.key, build: (item) => (item.time ? timeLine(item.time) : build(item)) });
  const ask = newest();
  let limit = PAGE;
  let count = 0;
  let first = true;
  let loading = false;
  let pinned = true;
  const toBottom = () => (node.scrollTop = node.scrollHeight);

  const paint = (messages) => {
    count = messages.length;
    if (count) render(withTimes(messages));
    else fill(node, h("p.empty", empty));
    if (first || pinned) toBottom();
    first = false;
  };
  const refresh = async () => {
    const messages = await ask(attempt(() => fetch(limit)));
    if (messages) paint(messages);
  };
  const older = async () => {
    if (loading || first || node.scrollTop > NEAR || count < limit) return;
    loading = true;
    const below = node.scrollHeight - node.scrollTop;
    limit += PAGE;
    await refresh();
    node.scrollTop = node.scrollHeight - below;
    loading = false;
  };
  node.addEventListener("scroll", () => {
    // A hidden chat has no height: what it reports then says nothing about the reader.
    if (node.clientHeight) pinned = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR;
    older();
  });
  // Pictures arrive late and the side may be shown later: who was at the bottom stays there.
  const stay = () => pinned && toBottom();
  node.addEventListener("load", stay, true);
  new ResizeObserver(stay).observe(node);
  return { node, refresh };
};
