// Starting a customer group: its name and the first customers.

import * as control from "../control.js";
import { field, openForm } from "../dialog.js";
import { h } from "../element.js";
import { go } from "../place.js";
import { attempt } from "../toast.js";
import { customerChecks } from "./customer_checks.js";

export const startGroup = (me) => {
  const checks = customerChecks(me.contacts);
  openForm(
    "发起客户群聊",
    [field("群名称", { name: "name", value: "新客户群", required: true, maxlength: 32 }), h("div.field", h("span", "客户"), checks.node)],
    "发起",
    async ({ name }) => {
      const answer = await attempt(() => control.act("group_creates", { userid: me.userid, name, external_userids: checks.chosen() }), "已发起群聊");
      if (answer?.chat_id) go({ with: `group:${answer.chat_id}` });
      return answer;
    },
  );
};
