// The customer's conversations: one row for each guide she has.

import { avatar } from "../avatar.js";
import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { briefOf } from "../message/bodies.js";
import { go } from "../place.js";
import { brief } from "../time.js";
import { guidesOf } from "./relation.js";
import { openScan } from "./scan.js";
import { pickCustomer } from "./welcome.js";

const WAITING = { pending: "等待对方通过" };

const row = (guide) =>
  h(
    "button.row.talk",
    { type: "button", onclick: () => go({ peer: guide.userid }) },
    avatar(guide.name, guide.avatar),
    h(
      "span.row-text",
      h("span.row-name", h("span.row-title", guide.name), h("span.corp-mark", `@${guide.corp_name}`), guide.last?.at && h("time", brief(guide.last.at))),
      h("span.row-note", WAITING[guide.relation] || (guide.last ? briefOf(guide.last.msgtype, guide.last.body) : "你已添加了对方")),
    ),
  );

export const guideList = (root) => ({
  show: (me) => {
    const guides = guidesOf(me);
    fill(
      root,
      h(
        "header.wechat-head",
        h("button.who", { type: "button", onclick: pickCustomer, title: "换一位客户" }, avatar(me.name, me.avatar, "small"), h("span", me.name), icon("down")),
        h("button.round", { type: "button", "aria-label": "扫一扫", title: "扫一扫", onclick: () => openScan(me) }, icon("scan")),
      ),
      guides.length ? h("div.rows", guides.map(row)) : h("p.empty", "还没有联系人。点右上角扫一扫，扫导购的活码。"),
    );
  },
});
