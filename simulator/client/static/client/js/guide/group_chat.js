// A customer group as one of its members sees it: everybody's lines with names, the group's notice, the toolbar.

import * as control from "../control.js";
import { composer } from "../composer.js";
import { fill, h, refill } from "../element.js";
import { icon } from "../icons.js";
import { line, noteLine } from "../message/timeline.js";
import { transcript } from "../message/transcript.js";
import { go, place } from "../place.js";
import { tray } from "../tray.js";
import { openMembers } from "./group_members.js";
import { backButton, roundButton, sidebarButton } from "./heads.js";
import { openPage } from "./panel.js";

const noticeOf = (text) => text && h("details.notice", h("summary", icon("megaphone"), h("span", `群公告：${text}`)), h("p", text));

export const groupChat = (root, chatId) => {
  const head = h("header.chat-head");
  const banner = h("div");
  let me = null;
  const acts = { open: openPage };
  const build = (item) => {
    if (item.from === "system" || item.from_type === 0) return noteLine(item.body.content || "");
    const mine = item.from_type === 1 && item.from === me.userid;
    const name = mine ? "" : h("span", item.from_name, item.from_type === 2 && h("span.wechat-mark", "@微信"));
    return line({ ...item, mine, name, face: { name: item.from_name, avatar: item.avatar } }, acts);
  };
  const fetch = async (limit) => (await control.groupChat(chatId, limit)).map((message) => ({ ...message, key: String(message.id) }));
  const lines = transcript({ fetch, build });
  const send = (wanted) => control.act("group_says", { chat_id: chatId, userid: me.userid, ...wanted });
  fill(root, head, banner, lines.node, composer((content) => send({ content }), "发消息到群里", tray({ send })));

  const show = (desk) => {
    me = desk.me;
    const group = desk.groups.find((each) => each.chat_id === chatId);
    if (!group) return go({ with: "", panel: "" });
    refill(head, [group.name, group.member_count, place.panel], () => [
      backButton(),
      h("div.chat-title", h("h2", group.name || "群聊"), h("span.chat-count", `（${group.member_count}）`), h("span.wechat-mark", "外部")),
      roundButton("群成员", "group", () => openMembers(chatId, me)),
      sidebarButton(),
    ]);
    refill(banner, [group.notice], () => noticeOf(group.notice));
    return lines.refresh();
  };
  return { show };
};
