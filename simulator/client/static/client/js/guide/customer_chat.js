// The guide's chat with one customer: what both said, the toolbar that opens the sidebar, her own words.

import * as control from "../control.js";
import { composer } from "../composer.js";
import { fill, h, refill } from "../element.js";
import { line, noteLine } from "../message/timeline.js";
import { transcript } from "../message/transcript.js";
import { place } from "../place.js";
import { attempt } from "../toast.js";
import { tray } from "../tray.js";
import { backButton, roundButton, sidebarButton } from "./heads.js";
import { openPage } from "./panel.js";
import { contactName, RELATIONS } from "./people.js";
import { openProfile } from "./profile.js";

const headOf = (contact, openCard) => [
  backButton(),
  h("div.chat-title", h("h2", contactName(contact)), h("span.wechat-mark", "@微信"), contact.remark && h("span.chat-note", contact.name)),
  roundButton("客户资料", "person", openCard),
  sidebarButton(),
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
  let me = null;
  let shown = null;
  let faces = {};
  const acts = { open: openPage };
  const build = (item) =>
    item.from === "system" ? noteLine(item.body.content || "") : line({ ...item, mine: item.from === "guide", face: faces[item.from] }, acts);
  const fetch = async (limit) =>
    (await control.chat(me.userid, externalUserid, limit)).map((message) => ({ ...message, key: String(message.id) }));
  const lines = transcript({ fetch, build });
  const send = (wanted) => control.act("member_sends", { userid: me.userid, external_userid: externalUserid, ...wanted });
  const writing = composer((content) => send({ content }), "发消息给客户", tray({ send }));
  const body = h("div.chat-body", banner, lines.node, writing);
  const gone = h("p.empty", "这位客户不在联系人里。");
  fill(root, head, gone, body);

  const show = async (desk) => {
    me = desk.me;
    const contact = me.contacts.find((each) => each.external_userid === externalUserid);
    body.hidden = !contact;
    gone.hidden = Boolean(contact);
    if (!contact) return refill(head, [], backButton);
    faces = { guide: me, customer: { name: contact.name, avatar: contact.avatar } };
    shown = contact;
    refill(head, [contact.name, contact.remark, place.panel], () => headOf(contact, () => openProfile(me, shown)));
    refill(banner, [contact.relation], () => bannerOf(contact, me));
    writing.hidden = contact.relation in RELATIONS;
    return lines.refresh();
  };
  return { show };
};
