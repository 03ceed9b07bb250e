// The list of the guide's conversations: who she is, search, filters, rows with dots for what she has not read.

import { appFace, avatar, groupFace, iconFace } from "../avatar.js";
import * as control from "../control.js";
import { fill, h, refill } from "../element.js";
import { icon } from "../icons.js";
import { growing } from "../list.js";
import { menu } from "../menu.js";
import { openPicker } from "../picker.js";
import { go, linkTo, place } from "../place.js";
import { brief } from "../time.js";
import { attempt } from "../toast.js";
import { startGroup } from "./group_start.js";
import { itemsOf } from "./items.js";
import { openOwnMoment } from "./own_moment.js";
import { openOwnSend } from "./own_send.js";
import { memberNote } from "./people.js";
import { openServicing } from "./servicing.js";

export const pickMember = () =>
  openPicker({
    title: "切换成员",
    placeholder: "姓名、账号、职务或门店",
    find: async (q) =>
      (await control.members(q)).map((member) => ({ ...member, note: memberNote(member), badge: member.is_leader ? "负责人" : "" })),
    pick: (member) => go({ member: member.userid, with: "", panel: "" }),
  });

const FACES = {
  app: () => appFace(),
  sends: () => iconFace("sends", "megaphone"),
  moments: () => iconFace("moments", "aperture"),
  group: (item) => groupFace(item.faces),
};

/** The sidebar goes along from chat to chat; a page that a card opened does not. */
const open = ({ key, kind }) => {
  const tools = place.panel === "sidebar" && ["customer", "group", "kf"].includes(kind);
  go({ with: key, panel: tools ? "sidebar" : "" });
  if (kind === "app") attempt(() => control.act("member_enters_app", { userid: place.member }));
};

const build = (item) =>
  h(
    "button.row.talk",
    { type: "button", onclick: () => open(item), "aria-current": item.current ? "true" : undefined, data: { kind: item.kind } },
    h("span.face", (FACES[item.kind] || (() => avatar(item.person, item.avatar)))(item), item.unread && h("i.dot-new", { title: "未读" })),
    h(
      "span.row-text",
      h("span.row-name", h("span.row-title", item.name), item.mark && h("em.badge", item.mark), item.at > 0 && h("time", brief(item.at))),
      h("span.row-note", item.tag && h(`em.relation${item.tone ? `.${item.tone}` : ""}`, item.tag), item.note),
    ),
  );

const FILTERS = [
  ["", "全部", () => true],
  ["unread", "未读", (item) => item.unread],
  ["customer", "客户", (item) => item.kind === "customer"],
  ["group", "群聊", (item) => item.kind === "group"],
  ["kf", "客服", (item) => item.kind === "kf"],
];
const EMPTY = { "": "还没有会话", unread: "没有未读消息", customer: "还没有客户", group: "还没有客户群", kf: "现在没有客服会话" };

const found = (item, search) => `${item.name} ${item.words || ""} ${item.note}`.toLowerCase().includes(search);

export const conversations = (root) => {
  const who = h("button.me", { type: "button", onclick: pickMember, title: "切换成员" });
  const another = h("a.round", { target: "_blank", rel: "noopener", "aria-label": "在新窗口打开这位成员", title: "在新窗口打开" }, icon("window"));
  const rows = h("div.rows.talks");
  const chips = h("div.filters", { role: "group", "aria-label": "筛选会话" });
  const render = growing(rows, { key: (item) => item.key, build });
  let desk = null;
  let search = "";
  let filter = "";

  const paint = (afresh = false) => {
    if (!desk) return;
    const fits = FILTERS.find(([name]) => name === filter)[2];
    const items = itemsOf(desk, place.with || "app").filter((item) => fits(item) && (!search || found(item, search)));
    render(items, afresh);
    if (!items.length) fill(rows, h("p.empty", search ? "没有找到" : EMPTY[filter]));
  };
  const choose = (name) => {
    filter = name;
    fill(chips, FILTERS.map(([each, word]) => h("button.filter", { type: "button", "aria-pressed": String(each === name), onclick: () => choose(each) }, word)));
    paint(true);
  };
  const onType = (event) => {
    search = event.target.value.trim().toLowerCase();
    paint(true);
  };
  const plus = menu("发起", "plus", [
    ["发起客户群聊", () => startGroup(desk.me)],
    ["新建群发", () => openOwnSend(desk.me)],
    ["发表到客户朋友圈", () => openOwnMoment(desk.me)],
    ["客服接待状态", () => openServicing(desk.me)],
  ]);
  const input = h("input", { type: "search", placeholder: "搜索会话", "aria-label": "搜索会话", oninput: onType });
  fill(root, h("div.who-line", who, another), h("div.find-line", h("label.search", icon("search"), input), plus), chips, rows);
  choose("");

  const show = (wanted) => {
    const { me } = wanted;
    const other = desk?.me.userid !== me.userid;
    desk = wanted;
    another.href = linkTo({ member: me.userid, with: place.with });
    refill(who, [me.name, me.avatar, memberNote(me)], () => [
      avatar(me.name, me.avatar),
      h("span.row-text", h("span.row-name", h("span.row-title", me.name)), h("span.row-note", memberNote(me))),
      icon("swap"),
    ]);
    paint(other);
  };
  return { show };
};
