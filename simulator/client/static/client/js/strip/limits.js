// The call whose frequency limit is used up most, and how far.

import { h } from "../element.js";

const WINDOWS = { minute: "分钟", hour: "小时" };
const NEAR = 80;
const LONG = 18;

const short = (path) => (path.length > LONG ? path.split("/").at(-1) : path);

export const limitsControl = () => {
  const words = h("span.chip-words", "接口频率");
  const share = h("strong", "0%");
  const node = h("a.chip.count.limits", { href: "/faults#limits" }, words, share);
  const show = (fullest) => {
    words.textContent = fullest ? `频率 ${short(fullest.path)}` : "接口频率";
    share.textContent = fullest ? `${Math.round(fullest.percent)}%` : "0%";
    node.title = fullest ? `用得最多的接口 ${fullest.path}：每${WINDOWS[fullest.window]} ${fullest.count} / ${fullest.limit}` : "还没有接口被调用";
    node.classList.toggle("warn", Boolean(fullest) && fullest.percent >= NEAR);
  };
  show(null);
  return { node, show };
};
