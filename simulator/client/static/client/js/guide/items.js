// The guide's conversations as plain rows: the app, her tasks, customers, groups, 微信客服; the latest on top.

import { briefOf } from "../message/bodies.js";
import { appOf, contactName, RELATIONS, SESSION_STATES } from "./people.js";
import { isUnread } from "./unread.js";

const bodyOf = (last) => (last ? briefOf(last.msgtype, last.body) : "");

const appItem = ({ me }) => {
  const app = appOf(me);
  const last = me.app_last;
  return app && { key: "app", kind: "app", name: app.name, at: last?.at || 0, note: bodyOf(last) || "应用消息", pinned: true };
};

const waiting = (sends) => sends.filter(({ status }) => status === 0).length;
const unpublished = (moments) => moments.filter(({ publish_status: status }) => status === 0).length;

const taskItems = ({ sends, moments }) => [
  { key: "sends", kind: "sends", name: "群发助手", count: waiting(sends), note: waiting(sends) ? `${waiting(sends)} 个群发任务待确认` : "没有待确认的群发" },
  { key: "moments", kind: "moments", name: "客户朋友圈", count: unpublished(moments), note: unpublished(moments) ? `${unpublished(moments)} 条待发表` : "没有待发表的朋友圈" },
].map((item) => ({ ...item, at: 0, pinned: true }));

const customerItem = (contact) => ({
  key: contact.external_userid,
  kind: "customer",
  name: contactName(contact),
  person: contact.name,
  avatar: contact.avatar,
  at: contact.last?.at || contact.createtime || 0,
  note: bodyOf(contact.last) || (contact.remark ? contact.name : ""),
  tag: RELATIONS[contact.relation]?.tag || "",
  mine: contact.last?.from !== "customer",
  words: `${contact.name} ${contact.remark || ""}`,
});

const groupItem = (group, me) => ({
  key: `group:${group.chat_id}`,
  kind: "group",
  name: group.name || `群聊（${group.member_count}）`,
  faces: group.avatars,
  at: group.last?.at || group.create_time || 0,
  note: group.last ? `${group.last.from_name && group.last.from !== me.userid ? `${group.last.from_name}：` : ""}${bodyOf(group.last)}` : "",
  mine: !group.last || group.last.from === me.userid || group.last.from === "system",
});

const sessionItem = (session, me) => ({
  key: `kf:${session.open_kfid}:${session.external_userid}`,
  kind: "kf",
  name: session.name,
  person: session.name,
  avatar: session.avatar,
  mark: session.kf_name,
  at: session.last?.at || 0,
  note: bodyOf(session.last),
  tag: session.state === 3 && session.servicer_userid !== me.userid ? "同事接待中" : SESSION_STATES[session.state] || "",
  tone: session.state === 2 ? "" : "quiet",
  mine: session.last?.from !== "customer" || session.state === 4,
});

/** Rows newest first, the app and the tasks before all; each knows whether it is unread. */
export const itemsOf = (desk, current) => {
  const { me } = desk;
  const talks = [
    ...me.contacts.map(customerItem),
    ...desk.groups.map((group) => groupItem(group, me)),
    ...desk.sessions.map((session) => sessionItem(session, me)),
  ].sort((a, b) => b.at - a.at);
  return [appItem(desk), ...taskItems(desk), ...talks].filter(Boolean).map((item) => ({
    ...item,
    current: item.key === current,
    unread: Boolean(item.count) || (item.key !== current && isUnread(me.userid, item.key, item.at, item.mine)),
  }));
};
