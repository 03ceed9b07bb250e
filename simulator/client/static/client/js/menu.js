// A small menu behind a button, on the browser's own <details>.

import { h } from "./element.js";
import { icon } from "./icons.js";

/** menu(label, shape, [[word, action, tone?]]) → node; empty entries are left out. */
export const menu = (label, shape, entries, kind = "round") => {
  const choose = (action) => (event) => {
    event.target.closest("details").open = false;
    action();
  };
  const box = h(
    "details.menu",
    h(`summary.${kind}`, { "aria-label": label, title: label }, icon(shape)),
    h(
      "div.menu-list",
      entries.filter(Boolean).map(([word, action, tone]) => h(tone ? `button.${tone}` : "button", { type: "button", onclick: choose(action) }, word)),
    ),
  );
  box.addEventListener("focusout", (event) => box.contains(event.relatedTarget) || (box.open = false));
  return box;
};
