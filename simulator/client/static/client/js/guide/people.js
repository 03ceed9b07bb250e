// Words for people as the guide's side shows them.

/** What the guide sees of a relation that is not mutual; in none of these can she write. */
export const RELATIONS = {
  pending: { tag: "待通过", text: "对方请求添加你为联系人。", act: "通过验证" },
  half: { tag: "单向", text: "对方已添加你，你还没有添加对方。", act: "添加对方" },
  customer_left: { tag: "已被删除", text: "对方已把你从联系人中删除，消息将无法送达。" },
  member_left: { tag: "已删除", text: "你已删除这位客户。" },
};

/** Where a 微信客服 session stands, as the list shows it; 3 is the usual and needs no word. */
export const SESSION_STATES = { 0: "未接入", 1: "智能助手", 2: "排队中", 4: "已结束" };

export const contactName = (contact) => contact.remark || contact.name;

export const memberNote = (member) =>
  [member.status === 5 && "已离职", member.departments.join("、"), member.position].filter(Boolean).join(" · ") || member.userid;

/** The corp's app as this member sees it; undefined for one outside its range. */
export const appOf = (member) => member.apps[0];
