// The customer's chat with one guide.

import * as control from "../control.js";
import { composer } from "../composer.js";
import { confirmThen } from "../dialog.js";
import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { keyed, stickToBottom } from "../list.js";
import { line, noteLine, timeLine, withTimes } from "../message/timeline.js";
import { newest } from "../newest.js";
import { go } from "../place.js";
import { attempt } from "../toast.js";
import { guidesOf } from "./relation.js";

/** She cannot write before the guide has let her in, nor after the guide has deleted her. */
const SILENT = { pending: true, member_left: true };

/** The chat's system line is written for the guide; she reads it from her own side. */
const herWords = (content, me, guide) =>
  content.startsWith(`${me.name} 已添加你为联系人`) ? `你已添加了 ${guide.name}，现在可以开始聊天了。` : content;

const openOutside = (url) => window.open(url, "_blank", "noopener");

const leave = (me, guide) =>
  confirmThen("删除联系人", `${me.name} 将删除导购「${guide.name}」。导购那边会看到对方已删除。`, "删除", async () => {
    const ids = { userid: guide.userid, external_userid: me.external_userid };
    if (await attempt(() => control.act("customer_deletes", ids), "已删除")) go({ peer: "" });
  });

export const customerTalk = (root, userid) => {
  const head = h("header.wechat-head");
  const scroller = h("div.lines");
  let me = null;
  let guide = null;
  let first = true;
  const ask = newest();
  const build = (item) => {
    if (item.time) return timeLine(item.time);
    if (item.from === "system") return noteLine(herWords(item.body.content || "", me, guide));
    const mine = item.from === "customer";
    return line({ mine, face: mine ? me : guide, msgtype: item.msgtype, body: item.body }, openOutside);
  };
  const render = keyed(scroller, { key: (item) => item.key, build });
  const send = (content) => control.act("customer_sends", { external_userid: me.external_userid, userid, content });
  const writing = composer(send, "发消息");
  fill(root, head, scroller, writing);

  const show = async (customer) => {
    me = customer;
    guide = guidesOf(me).find((each) => each.userid === userid);
    if (!guide) return go({ peer: "" });
    fill(
      head,
      h("button.round", { type: "button", "aria-label": "返回", onclick: () => go({ peer: "" }) }, icon("back")),
      h("h2", guide.name, h("span.corp-mark", `@${guide.corp_name}`)),
      h("button.round", { type: "button", "aria-label": "删除联系人", title: "删除联系人", onclick: () => leave(me, guide) }, icon("more")),
    );
    writing.hidden = guide.relation in SILENT;
    const messages = await ask(attempt(() => control.chat(userid, me.external_userid)));
    if (!messages) return undefined;
    const items = withTimes(messages.map((message) => ({ ...message, key: String(message.id) })));
    stickToBottom(scroller, () => (render(items), first && "jump"));
    first = false;
    return undefined;
  };
  return { show };
};
