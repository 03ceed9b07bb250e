// The customer's chat with one guide.

import * as control from "../control.js";
import { composer } from "../composer.js";
import { confirmThen } from "../dialog.js";
import { fill, h, refill } from "../element.js";
import { menu } from "../menu.js";
import { line, noteLine } from "../message/timeline.js";
import { transcript } from "../message/transcript.js";
import { go } from "../place.js";
import { attempt } from "../toast.js";
import { tray } from "../tray.js";
import { backTo, head as headOf } from "./heads.js";
import { openLink } from "./links.js";
import { openPay } from "./pay.js";
import { guidesOf } from "./relation.js";

/** She cannot write before the guide has let her in, nor after the guide has deleted her. */
const SILENT = { pending: true, member_left: true };

/** The chat's system line is written for the guide; she reads it from her own side. */
const herWords = (content, me, guide) =>
  content.startsWith(`${me.name} 已添加你为联系人`) ? `你已添加了 ${guide.name}，现在可以开始聊天了。` : content;

const leave = (me, guide) =>
  confirmThen("删除联系人", `${me.name} 将删除导购「${guide.name}」。导购那边会看到对方已删除。`, "删除", async () => {
    const ids = { userid: guide.userid, external_userid: me.external_userid };
    if (await attempt(() => control.act("customer_deletes", ids), "已删除")) go({ peer: "" });
  });

export const customerTalk = (root, userid) => {
  const head = h("div");
  let me = null;
  let guide = null;
  const acts = { open: (url) => openLink(url, me) };
  const build = (item) => {
    if (item.from === "system") return noteLine(herWords(item.body.content || "", me, guide));
    const mine = item.from === "customer";
    return line({ mine, face: mine ? me : guide, msgtype: item.msgtype, body: item.body }, acts);
  };
  const fetch = async (limit) =>
    (await control.chat(userid, me.external_userid, limit)).map((message) => ({ ...message, key: String(message.id) }));
  const lines = transcript({ fetch, build });
  const send = (wanted) => control.act("customer_sends", { external_userid: me.external_userid, userid, ...wanted });
  const extras = tray({ send, more: [["付款", () => openPay(me, guide)]] });
  const writing = composer((content) => send({ content }), "发消息", extras);
  fill(root, head, lines.node, writing);

  const show = (phone) => {
    me = phone.me;
    guide = guidesOf(me).find((each) => each.userid === userid);
    if (!guide) return go({ peer: "" });
    refill(head, [guide.name, guide.corp_name], () => {
      const more = menu("更多操作", "more", [["删除联系人", () => leave(me, guide), "bad"]]);
      return headOf(backTo(() => go({ peer: "" })), [guide.name, h("span.corp-mark", `@${guide.corp_name}`)], more);
    });
    writing.hidden = guide.relation in SILENT;
    return lines.refresh();
  };
  return { show };
};
