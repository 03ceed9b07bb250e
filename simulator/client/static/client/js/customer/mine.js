// 我: who the customer is, another customer, another window.

import { avatar } from "../avatar.js";
import { h, refill } from "../element.js";
import { icon } from "../icons.js";
import { linkTo } from "../place.js";
import { head } from "./heads.js";
import { guidesOf } from "./relation.js";
import { openScan } from "./scan.js";
import { pickCustomer } from "./welcome.js";

export const mine = (root) => ({
  show: ({ me, groups, sessions }) =>
    refill(root, ["me", me.external_userid, me.name, me.avatar, guidesOf(me).length, groups.length, sessions.length], () => [
      head(null, "我"),
      h(
        "div.card-me",
        avatar(me.name, me.avatar, "big"),
        h(
          "div",
          h("strong", me.name),
          h("span", `${guidesOf(me).length} 位导购 · ${groups.length} 个群 · ${sessions.length} 个客服`),
          h("code", me.external_userid),
        ),
      ),
      h(
        "div.entries",
        h("button.entry", { type: "button", onclick: pickCustomer }, h("span.entry-icon.green", icon("swap")), "换一位客户", icon("next")),
        h("button.entry", { type: "button", onclick: () => openScan(null) }, h("span.entry-icon.blue", icon("plus")), "成为新客户", icon("next")),
        h(
          "a.entry",
          { href: linkTo({ customer: me.external_userid }), target: "_blank", rel: "noopener" },
          h("span.entry-icon.grey", icon("window")),
          "在新窗口打开",
          icon("next"),
        ),
      ),
    ]),
});
