// 群发助手 and 朋友圈 as a page opened them (shareToExternal…): the draft, to whom, 发送. Leaving it sends nothing.

import * as control from "../control.js";
import { openForm } from "../dialog.js";
import { h } from "../element.js";
import { bodyOf } from "../message/bodies.js";
import { go } from "../place.js";
import { attempt, toast } from "../toast.js";
import { customerChecks, personChecks } from "./customer_checks.js";

const TITLES = { group_send: "群发给客户", group_send_groups: "群发到客户群", moment: "发表到客户朋友圈" };

const preview = ({ text, attachments = [] }) =>
  h(
    "div.task-preview",
    text && h("div.bubble", text),
    attachments.map((each) => h("div.task-attachment", bodyOf(each.msgtype, each, { open: (url) => window.open(url, "_blank", "noopener") }).node)),
  );

const checksOf = (draft, desk) => {
  if (draft.to === "group_send") return customerChecks(desk.me.contacts, draft.external_userids);
  if (draft.to !== "group_send_groups") return null;
  const owned = desk.groups.filter(({ owner }) => owner === desk.me.userid);
  return personChecks(owned.map((group) => ({ id: group.chat_id, name: group.name || "群聊", faces: group.avatars })), "搜索群", draft.chat_ids);
};

export const openDraft = (draft, desk) => {
  const checks = checksOf(draft, desk);
  openForm(
    TITLES[draft.to],
    [preview(draft), checks && h("div.field", h("span", "发送给"), checks.node)],
    draft.to === "moment" ? "发表" : "发送",
    async () => {
      const targets = checks?.chosen();
      if (targets && !targets.length) return toast("请先选择发给谁", "bad");
      const path = control.look(["members", desk.me.userid, "navigations", String(draft.id)]);
      const sent = await attempt(() => control.post(path, targets ? { targets } : {}), draft.to === "moment" ? "已发表" : "已发送");
      if (sent) go({ with: draft.to === "moment" ? "moments" : "sends", panel: "" });
      return sent;
    },
  );
};
