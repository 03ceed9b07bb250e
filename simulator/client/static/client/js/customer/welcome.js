// Before anybody is chosen: take one of the customers there are, or make a new one.

import * as control from "../control.js";
import { h, refill } from "../element.js";
import { icon } from "../icons.js";
import { openPicker } from "../picker.js";
import { go, place } from "../place.js";
import { isThere } from "./relation.js";
import { openScan } from "./scan.js";

const noteOf = (customer) => {
  const guides = customer.follows.filter(isThere).map(({ userid, member_name: name }) => name || userid);
  return guides.length ? `已添加 ${guides.join("、")}` : "还没有添加导购";
};

const find = async (q) => (await control.customers(q)).map((customer) => ({ ...customer, note: noteOf(customer) }));

export const pickCustomer = () =>
  openPicker({
    title: "选择客户",
    placeholder: "微信昵称或 external_userid",
    find,
    pick: (customer) => go({ customer: customer.external_userid, peer: "", tab: "", web: "" }),
  });

export const welcome = (root) => ({
  show: () =>
    refill(root, ["welcome", place.member], () => [
      h("header.wechat-head", h("h2", "微信")),
      h(
        "div.wechat-start",
        h("span.wechat-logo", icon("chat")),
        h("h3", "扮演一位客户"),
        h("p", place.member ? "扫导购的活码成为新客户，或者选一位已有的客户继续聊。" : "企业里还没有成员：先在导购那边添加一位，客户才有码可扫。"),
        place.member && h("button.button.green", { type: "button", onclick: () => openScan(null) }, icon("scan"), "新客户扫码"),
        place.member && h("button.button", { type: "button", onclick: pickCustomer }, "选择已有客户"),
      ),
    ]),
});
