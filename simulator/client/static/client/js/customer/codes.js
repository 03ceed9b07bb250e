// Codes and links as WeChat reads them: a guide's code, a group's, a 微信客服, a 获客链接; and what opening one does.

import * as control from "../control.js";
import { go, place } from "../place.js";

const READ = [
  [/^\/c\/member\/([^/?#]+)/, (found) => ["customer_scans", { userid: found }]],
  [/^\/c\/([^/?#]+)/, (found) => ["customer_scans", { config_id: found }]],
  [/^\/g\/([^/?#]+)/, (found) => ["customer_joins_group", { config_id: found }]],
  [/^\/(?:kf|kfid)\//, (found, url) => ["customer_opens_kf", { url }]],
  [/^\/ca\//, (found, url) => ["customer_requests_by_link", { url }]],
];

/** {action, args} of an address that stands for a code or a link of the platform; null for an ordinary page. */
export const readCode = (address) => {
  let url;
  try {
    url = new URL(address, location.href);
  } catch {
    return null;
  }
  const platform = url.host === location.host || url.hostname === "work.weixin.qq.com" || url.hostname === "127.0.0.1";
  for (const [pattern, make] of platform ? READ : []) {
    const found = pattern.exec(url.pathname);
    if (found) {
      const [action, args] = make(decodeURIComponent(found[1] || ""), address);
      return { action, args };
    }
  }
  return null;
};

/** Do it as this customer ({external_userid} or {customer: {name}}) and go to what it opened. */
export const useCode = async ({ action, args }, who) => {
  const answer = await control.act(action, { ...args, ...who });
  const customer = answer.external_userid || who.external_userid;
  const group = answer.chat_id || args.chat_id;
  const kf = answer.open_kfid || args.open_kfid;
  const peer = action === "customer_joins_group" ? `group:${group}` : action === "customer_opens_kf" ? `kf:${kf}` : answer.userid;
  go({ customer, peer: peer || "", tab: "", web: "" });
  return answer;
};

const wayCode = (way) => ({
  kind: "导购活码",
  action: "customer_scans",
  args: { config_id: way.config_id },
  title: way.user_names.join("、") || "活码",
  note: [way.remark, way.state && `state ${way.state}`].filter(Boolean).join(" · "),
  picture: way.qr_code,
  first: way.user.includes(place.member),
});
const groupCode = (way) => ({
  kind: "入群活码",
  action: "customer_joins_group",
  args: { config_id: way.config_id },
  title: way.remark || "客户群",
  note: [`${(way.chat_id_list || []).length} 个群`, way.state && `state ${way.state}`].filter(Boolean).join(" · "),
  picture: way.qr_code,
});
const kfCode = (account) => ({
  kind: "微信客服",
  action: "customer_opens_kf",
  args: { open_kfid: account.open_kfid },
  title: account.name,
  note: "打开客服会话",
  picture: account.avatar,
});
const linkCode = (link) => ({
  kind: "获客链接",
  action: "customer_requests_by_link",
  args: { link_id: link.link_id },
  title: link.link_name || link.name || link.link_id,
  note: link.skip_verify ? "免验证添加" : "需要导购通过",
});
const ownCode = (member) => ({
  kind: "个人名片",
  action: "customer_scans",
  args: { userid: member.userid },
  title: `${member.name} 的个人名片`,
  note: "不经过活码，没有渠道",
  picture: member.avatar,
});

/** Every code there is to scan; the open guide's stand first. */
export const allCodes = async () => {
  const [ways, joins, kf, links, member] = await control.several([
    control.look(["contact_ways"], { limit: 100 }),
    control.look(["join_ways"]),
    control.look(["kf", "accounts"]),
    control.look(["acquisition_links"]),
    control.look(["members", place.member], { contacts: 0 }),
  ]);
  const guides = (ways?.contact_ways || []).map(wayCode);
  return [
    ...guides.filter(({ first }) => first),
    ...(member && member.status !== 5 ? [ownCode(member)] : []),
    ...guides.filter(({ first }) => !first),
    ...(joins?.join_ways || []).map(groupCode),
    ...(kf?.accounts || []).map(kfCode),
    ...(links?.acquisition_links || links?.links || []).map(linkCode),
  ];
};
