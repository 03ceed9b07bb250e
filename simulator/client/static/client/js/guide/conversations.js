// The list of the guide's conversations: the app first, then customers, the latest talk on top.

import { appFace, avatar } from "../avatar.js";
import * as control from "../control.js";
import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { keyed } from "../list.js";
import { briefOf } from "../message/bodies.js";
import { openPicker } from "../picker.js";
import { go, place } from "../place.js";
import { brief } from "../time.js";
import { attempt } from "../toast.js";
import { appOf, contactName, memberNote, RELATIONS } from "./people.js";

const pickMember = () =>
  openPicker({
    title: "切换成员",
    placeholder: "姓名、账号或门店",
    find: async (q) =>
      (await control.members())
        .map((member) => ({ ...member, note: memberNote(member), badge: member.is_leader ? "负责人" : "" }))
        .filter((member) => `${member.name} ${member.userid} ${member.note}`.toLowerCase().includes(q.toLowerCase())),
    pick: (member) => go({ member: member.userid, with: "", panel: "" }),
  });

const row = ({ key, name, face, at, note, tag, open, current }) =>
  h(
    "button.row.talk",
    { type: "button", onclick: () => open(key), "aria-current": current ? "true" : undefined },
    face,
    h(
      "span.row-text",
      h("span.row-name", h("span.row-title", name), at > 0 && h("time", brief(at))),
      h("span.row-note", tag && h("em.relation", tag), note),
    ),
  );

/** The sidebar goes along from customer to customer; a page that a card opened does not. */
const open = (key) => {
  go({ with: key, panel: place.panel === "sidebar" ? "sidebar" : "" });
  if (key === "app") attempt(() => control.act("member_enters_app", { userid: place.member }));
};

const build = (item) =>
  row({
    ...item,
    face: item.key === "app" ? appFace() : avatar(item.person, item.avatar),
    open,
  });

const items = (me, search) => {
  const app = appOf(me);
  const current = place.with || "app";
  const people = me.contacts
    .map((contact) => ({
      key: contact.external_userid,
      name: contactName(contact),
      person: contact.name,
      avatar: contact.avatar,
      at: contact.last?.at || contact.createtime || 0,
      note: contact.last ? briefOf(contact.last.msgtype, contact.last.body) : contact.remark ? contact.name : "",
      tag: RELATIONS[contact.relation]?.tag || "",
      current: current === contact.external_userid,
    }))
    .filter((item) => !search || item.name.includes(search) || item.note.includes(search))
    .sort((a, b) => b.at - a.at);
  const last = me.app_last;
  if (search || !app) return people;
  const own = { key: "app", name: app.name, at: last?.at || 0, note: last ? briefOf(last.msgtype, last.body) : "应用消息", current: current === "app" };
  return [own, ...people];
};

export const conversations = (root) => {
  const head = h("button.me", { type: "button", onclick: pickMember, title: "切换成员" });
  const rows = h("div.rows.talks");
  const render = keyed(rows, { key: (item) => item.key, build });
  let me = null;
  let search = "";
  const paint = () => me && render(items(me, search));
  const onType = (event) => {
    search = event.target.value.trim();
    paint();
  };
  fill(root, head, h("label.search", icon("search"), h("input", { type: "search", placeholder: "搜索客户", oninput: onType })), rows);

  const show = (member) => {
    me = member;
    fill(
      head,
      avatar(me.name, me.avatar),
      h("span.row-text", h("span.row-name", h("span.row-title", me.name)), h("span.row-note", memberNote(me))),
      icon("swap"),
    );
    paint();
  };
  return { show };
};
