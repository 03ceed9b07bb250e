// A group in the customer's WeChat.

import * as control from "../control.js";
import { composer } from "../composer.js";
import { confirmThen, openDialog } from "../dialog.js";
import { avatar } from "../avatar.js";
import { fill, h, refill } from "../element.js";
import { icon } from "../icons.js";
import { menu } from "../menu.js";
import { line, noteLine } from "../message/timeline.js";
import { transcript } from "../message/transcript.js";
import { go } from "../place.js";
import { attempt } from "../toast.js";
import { tray } from "../tray.js";
import { backTo, head as headOf } from "./heads.js";
import { openLink } from "./links.js";

const leave = (group, me) =>
  confirmThen("退出群聊", `${me.name} 退出「${group.name}」？`, "退出", async () => {
    const ids = { chat_id: group.chat_id, external_userid: me.external_userid };
    if (await attempt(() => control.act("group_member_leaves", ids), "已退出")) go({ peer: "" });
  });

const openPeople = (chatId) =>
  openDialog("群成员", () => {
    const box = h("div.people", h("p.empty", "正在读取…"));
    const person = (each) => h("div.people-one", avatar(each.name, each.avatar), h("span", each.group_nickname || each.name));
    attempt(() => control.group(chatId)).then((group) => group && fill(box, group.members.map(person)));
    return box;
  });

const noticeOf = (text) => text && h("details.notice", h("summary", icon("megaphone"), h("span", `群公告：${text}`)), h("p", text));

export const groupTalk = (root, chatId) => {
  const head = h("div");
  const notice = h("div");
  let me = null;
  let group = null;
  const acts = { open: (url) => openLink(url, me) };
  const build = (item) => {
    if (item.from === "system" || item.from_type === 0) return noteLine(item.body.content || "");
    const mine = item.from === me.external_userid;
    const face = { name: item.from_name, avatar: item.avatar };
    return line({ mine, face, name: mine ? "" : item.from_name, msgtype: item.msgtype, body: item.body }, acts);
  };
  const fetch = async (limit) => (await control.groupChat(chatId, limit)).map((message) => ({ ...message, key: String(message.id) }));
  const lines = transcript({ fetch, build });
  const send = (wanted) => control.act("group_says", { chat_id: chatId, external_userid: me.external_userid, ...wanted });
  fill(root, head, notice, lines.node, composer((content) => send({ content }), "发消息", tray({ send })));

  const show = (phone) => {
    me = phone.me;
    group = phone.groups.find((each) => each.chat_id === chatId);
    if (!group) return go({ peer: "" });
    refill(head, [group.name, group.member_count], () => {
      const more = menu("更多操作", "more", [["群成员", () => openPeople(chatId)], ["退出群聊", () => leave(group, me), "bad"]]);
      return headOf(backTo(() => go({ peer: "" })), [h("span.clip", group.name || "群聊"), `(${group.member_count})`], more);
    });
    refill(notice, [group.notice], () => noticeOf(group.notice));
    return lines.refresh();
  };
  return { show };
};
