// Before anybody is chosen: take one of the customers there are, or make a new one.

import * as control from "../control.js";
import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { openPicker } from "../picker.js";
import { go } from "../place.js";
import { openScan } from "./scan.js";

const noteOf = (customer) => {
  const guides = customer.followers || customer.follows || [];
  const names = guides.map((each) => each.name || each.userid).join("、");
  return names ? `已添加 ${names}` : "还没有添加导购";
};

export const pickCustomer = () =>
  openPicker({
    title: "选择客户",
    placeholder: "昵称或备注",
    find: async (q) => (await control.customers(q)).map((customer) => ({ ...customer, note: noteOf(customer) })),
    pick: (customer) => go({ customer: customer.external_userid, peer: "" }),
  });

export const welcome = (root) => ({
  show: () =>
    fill(
      root,
      h("header.wechat-head", h("h2", "微信")),
      h(
        "div.wechat-start",
        h("span.wechat-logo", icon("chat")),
        h("h3", "扮演一位客户"),
        h("p", "扫导购的活码成为新客户，或者选一位已有的客户继续聊。"),
        h("button.button.green", { type: "button", onclick: () => openScan(null) }, icon("scan"), "新客户扫码"),
        h("button.button", { type: "button", onclick: pickCustomer }, "选择已有客户"),
      ),
    ),
});
