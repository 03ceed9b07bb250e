// On narrow screens: which of the three sides fills the page.

import { fill, h } from "./element.js";
import { icon } from "./icons.js";

const SIDES = [
  ["guide", "导购", "person"],
  ["customer", "客户", "chat"],
  ["controls", "模拟控制", "sliders"],
];

export const show = (side) => {
  document.body.dataset.side = side;
  document.querySelectorAll("#sides button").forEach((button) => {
    button.setAttribute("aria-current", String(button.dataset.side === side));
  });
};

export const sides = (nav) => {
  fill(nav, SIDES.map(([side, name, shape]) => h("button", { type: "button", data: { side }, onclick: () => show(side) }, icon(shape), name)));
  show(document.body.dataset.side);
};
