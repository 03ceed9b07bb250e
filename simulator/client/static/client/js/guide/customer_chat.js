// The guide's chat with one customer: what both said, the toolbar that opens the sidebar, her own words.

import * as control from "../control.js";
import { composer } from "../composer.js";
import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { keyed, stickToBottom } from "../list.js";
import { line, noteLine, timeLine, withTimes } from "../message/timeline.js";
import { newest } from "../newest.js";
import { go, place } from "../place.js";
import { attempt } from "../toast.js";
import { openPage } from "./panel.js";
import { contactName, RELATIONS } from "./people.js";
import { openProfile } from "./profile.js";

const toggleSidebar = () => go({ panel: place.panel === "sidebar" ? "" : "sidebar" });

const headOf = (contact, me) => [
  h("button.round.narrow-only", { type: "button", "aria-label": "返回", onclick: () => go({ with: "", panel: "" }) }, icon("back")),
  h("div.chat-title", h("h2", contactName(contact)), h("span.wechat-mark", "@微信"), contact.remark && h("span.chat-note", contact.name)),
  h("button.round", { type: "button", "aria-label": "客户资料", title: "客户资料", onclick: () => openProfile(me, contact) }, icon("person")),
  h(
    "button.tool",
    { type: "button", "aria-pressed": String(place.panel === "sidebar"), onclick: toggleSidebar },
    icon("panel"),
    "侧边栏",
  ),
];

const bannerOf = (contact, me) => {
  const relation = RELATIONS[contact.relation];
  if (!relation) return null;
  const accept = () =>
    attempt(() => control.act("member_accepts", { userid: me.userid, external_userid: contact.external_userid }), "已添加");
  return h("div.banner", relation.text, relation.act && h("button.button.primary.small", { type: "button", onclick: accept }, relation.act));
};

export const customerChat = (root, externalUserid) => {
  const head = h("header.chat-head");
  const banner = h("div");
  const scroller = h("div.lines");
  let faces = {};
  const build = (item) => {
    if (item.time) return timeLine(item.time);
    if (item.from === "system") return noteLine(item.body.content || "");
    return line({ ...item, mine: item.from === "guide", face: faces[item.from] }, openPage);
  };
  const render = keyed(scroller, { key: (item) => item.key, build });
  let me = null;
  let first = true;
  const ask = newest();
  const send = (content) => control.act("member_sends", { userid: me.userid, external_userid: externalUserid, content });
  const writing = composer(send, "发消息给客户");
  fill(root, head, banner, scroller, writing);

  const show = async (member) => {
    me = member;
    const contact = me.contacts.find((each) => each.external_userid === externalUserid);
    if (!contact) return fill(root, h("p.empty", "这位客户不在联系人里。"));
    faces = { guide: me, customer: { name: contact.name, avatar: contact.avatar } };
    fill(head, headOf(contact, me));
    fill(banner, bannerOf(contact, me));
    writing.hidden = contact.relation in RELATIONS;
    const messages = await ask(attempt(() => control.chat(me.userid, externalUserid)));
    if (!messages) return undefined;
    const items = withTimes(messages.map((message) => ({ ...message, key: String(message.id) })));
    stickToBottom(scroller, () => (render(items), first && "jump"));
    if (!items.length) fill(scroller, h("p.empty", "还没有消息"));
    first = false;
    return undefined;
  };
  return { show };
};
