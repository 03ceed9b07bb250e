// The customer's conversations: her guides, the groups she is in, the 微信客服 she wrote to; the latest on top.

import { avatar, groupFace, iconFace } from "../avatar.js";
import { fill, h, refill } from "../element.js";
import { icon } from "../icons.js";
import { growing } from "../list.js";
import { briefOf } from "../message/bodies.js";
import { go } from "../place.js";
import { brief } from "../time.js";
import { guidesOf } from "./relation.js";
import { openScan } from "./scan.js";
import { pickCustomer } from "./welcome.js";

const WAITING = { pending: "等待对方通过" };
const noteOf = (last, otherwise) => (last ? briefOf(last.msgtype, last.body) : otherwise);

const guideItem = (guide) => ({
  key: guide.userid,
  name: guide.name,
  mark: `@${guide.corp_name}`,
  avatar: guide.avatar,
  at: guide.last?.at || guide.createtime || 0,
  note: WAITING[guide.relation] || noteOf(guide.last, "你已添加了对方"),
});

const groupItem = (group) => ({
  key: `group:${group.chat_id}`,
  name: group.name || `群聊（${group.member_count}）`,
  faces: group.avatars || [],
  at: group.last?.at || group.create_time || 0,
  note: group.last ? `${group.last.from_name ? `${group.last.from_name}：` : ""}${noteOf(group.last, "")}` : "",
});

const kfItem = (session) => ({
  key: `kf:${session.open_kfid}`,
  name: session.kf_name,
  mark: "客服",
  kf: true,
  avatar: session.kf_avatar,
  at: session.last?.at || 0,
  note: noteOf(session.last, "点开咨询"),
});

const faceOf = (item) => {
  if (item.faces) return groupFace(item.faces);
  return item.kf && !item.avatar ? iconFace("kf", "headset") : avatar(item.name, item.avatar);
};

const row = (item) =>
  h(
    "button.row.talk",
    { type: "button", onclick: () => go({ peer: item.key }) },
    faceOf(item),
    h(
      "span.row-text",
      h("span.row-name", h("span.row-title", item.name), item.mark && h("span.corp-mark", item.mark), item.at > 0 && h("time", brief(item.at))),
      h("span.row-note", item.note),
    ),
  );

export const chats = (root) => {
  const head = h("header.wechat-head");
  const rows = h("div.rows");
  const render = growing(rows, { key: (item) => item.key, build: row });
  fill(root, head, rows);
  let who = null;
  const show = ({ me, groups, sessions }) => {
    who = me;
    refill(head, [me.name, me.avatar], () => [
      h("button.who", { type: "button", onclick: pickCustomer, title: "换一位客户" }, avatar(me.name, me.avatar, "small"), h("span", me.name), icon("down")),
      h("button.round", { type: "button", "aria-label": "扫一扫", title: "扫一扫", onclick: () => openScan(who) }, icon("scan")),
    ]);
    const items = [...guidesOf(me).map(guideItem), ...groups.map(groupItem), ...sessions.map(kfItem)].sort((a, b) => b.at - a.at);
    render(items);
    if (!items.length) fill(rows, h("p.empty", "还没有联系人。点右上角扫一扫，扫导购的活码。"));
  };
  return { show };
};
