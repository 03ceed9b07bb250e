// The head of a screen in WeChat: a way back, a title, what can be done here.

import { h } from "../element.js";
import { icon } from "../icons.js";

export const backTo = (go) => h("button.round", { type: "button", "aria-label": "返回", onclick: go }, icon("back"));

export const tool = (label, shape, onclick) => h("button.round", { type: "button", "aria-label": label, title: label, onclick }, icon(shape));

/** head(left, title, right) → node. */
export const head = (left, title, right) => h("header.wechat-head", left || h("span"), h("h2", title), right || h("span"));
