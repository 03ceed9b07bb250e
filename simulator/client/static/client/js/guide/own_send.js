// The guide's own 群发 in 群发助手: text, perhaps one link, to customers she ticks.

import * as control from "../control.js";
import { field, openForm } from "../dialog.js";
import { h } from "../element.js";
import { go } from "../place.js";
import { attempt, toast } from "../toast.js";
import { customerChecks } from "./customer_checks.js";

export const openOwnSend = (me) => {
  const checks = customerChecks(me.contacts);
  openForm(
    "新建群发",
    [
      field("消息", { name: "text", rows: 3, maxlength: 1300, required: true }),
      h("div.form-pair.even", field("链接标题（可不填）", { name: "title", maxlength: 64 }), field("链接地址", { name: "url", type: "url", placeholder: "https://" })),
      h("div.field", h("span", "发送给"), checks.node),
    ],
    "发送",
    async ({ text: content, title, url }) => {
      const people = checks.chosen();
      if (!people.length) return toast("请先选择客户", "bad");
      const attachments = url ? [{ msgtype: "link", link: { title: title || url, url } }] : [];
      const wanted = { userid: me.userid, external_userids: people, text: content, attachments };
      const sent = await attempt(() => control.act("member_sends_own_group_send", wanted), "已发送");
      if (sent) go({ with: "sends", panel: "" });
      return sent;
    },
  );
};
