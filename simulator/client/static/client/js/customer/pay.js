// The customer pays the guide in their chat. Both phones show it; WeCom tells apps nothing of it.

import * as control from "../control.js";
import { field, openForm } from "../dialog.js";
import { h } from "../element.js";
import { attempt } from "../toast.js";

export const openPay = (me, guide) =>
  openForm(
    `付款给 ${guide.name}`,
    [
      field("金额（元）", { name: "yuan", type: "number", min: "0.01", max: "200000", step: "0.01", value: "1299.00", required: true }),
      field("说明", { name: "note", placeholder: "可不填", maxlength: 40 }),
      h("p.dialog-sub", "只显示在两个人的聊天里；企业微信不会为收款通知应用。"),
    ],
    "付款",
    ({ yuan, note }) =>
      attempt(
        () => control.act("customer_pays", { userid: guide.userid, external_userid: me.external_userid, amount: Math.round(Number(yuan) * 100), note }),
        "已付款",
      ),
  );
