// The head of a chat on the guide's side, and its toolbar button.

import { h } from "../element.js";
import { icon } from "../icons.js";
import { go, place } from "../place.js";

export const backButton = () =>
  h("button.round.narrow-only", { type: "button", "aria-label": "返回", onclick: () => go({ with: "", panel: "" }) }, icon("back"));

export const roundButton = (label, shape, onclick) => h("button.round", { type: "button", "aria-label": label, title: label, onclick }, icon(shape));

/** 聊天工具栏: opens the product's page beside this chat. */
export const sidebarButton = () =>
  h(
    "button.tool",
    {
      type: "button",
      "aria-pressed": String(place.panel === "sidebar"),
      onclick: () => go({ panel: place.panel === "sidebar" ? "" : "sidebar" }),
    },
    icon("panel"),
    h("span.tool-word", "侧边栏"),
  );
