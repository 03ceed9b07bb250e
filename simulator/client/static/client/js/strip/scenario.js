// The scenario that plays, if one does; leads to the page where scenarios are started and stopped.

import { h } from "../element.js";

export const scenarioControl = () => {
  const words = h("span.chip-words", "场景");
  const share = h("strong", "");
  const node = h("a.chip.count.scenario", { href: "/faults#scenarios", title: "选择一个场景" }, words, share);
  const show = (running) => {
    words.textContent = running ? running.title : "场景";
    share.textContent = running ? `${running.percent}%` : "";
    node.title = running ? running.step : "选择一个场景";
    node.classList.toggle("warn", Boolean(running));
  };
  return { node, show };
};
