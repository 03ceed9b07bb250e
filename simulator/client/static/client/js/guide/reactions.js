// Where a page in the webview sent the member's client: the client goes there.

import * as control from "../control.js";
import { openDialog } from "../dialog.js";
import { h } from "../element.js";
import { location as placeCard } from "../message/things.js";
import { go } from "../place.js";
import { attempt, toast } from "../toast.js";
import { openProfile } from "./profile.js";
import { openDraft } from "./share_draft.js";

const openPerson = ({ userid, external_userid: external }, desk) => {
  const contact = external && desk.me.contacts.find((each) => each.external_userid === external);
  if (contact) openProfile(desk.me, contact);
  else toast(userid ? `成员名片：${userid}` : "这位客户不在联系人里");
};

const REACT = {
  chat: ({ external_userid: id }) => go({ with: id }),
  group: ({ chat_id: id }) => go({ with: `group:${id}` }),
  member_chat: ({ userid }) => toast(`已打开与 ${userid} 的会话；模拟器不画成员之间的聊天`),
  internal_group: ({ name }) => toast(`已建内部群「${name}」；模拟器不画内部群`),
  profile: openPerson,
  kf: ({ open_kfid: kf, external_userid: id }) => go({ with: `kf:${kf}:${id}` }),
  kf_list: () => toast("已打开客服消息列表"),
  add_customer: () => toast("已打开添加客户页面"),
  group_send: openDraft,
  group_send_groups: openDraft,
  moment: openDraft,
  moments_setting: () => toast("朋友圈封面和签名已更新"),
  pictures: ({ current }) => openDialog("图片", () => h("img.picture-large", { src: current, alt: "图片" }), { wide: true }),
  map: (where) => openDialog("位置", () => placeCard(where)),
  browser: ({ url }) => go({ panel: url }),
  close: () => go({ panel: "" }),
};

let last = 0;

/** After a call of this name went through: follow the newest navigation if the call made one. */
export const reactTo = async (name, desk) => {
  if (!desk) return;
  const answer = await attempt(() => control.get(control.look(["members", desk.me.userid, "navigations"]), { limit: 1 }));
  const newest = answer?.navigations.at(-1);
  if (!newest || newest.id === last || newest.name !== name) return;
  last = newest.id;
  REACT[newest.to]?.(newest, desk);
};
