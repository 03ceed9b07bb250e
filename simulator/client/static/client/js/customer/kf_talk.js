// The customer's chat with one 微信客服: menus to press, her own lines to take back.

import { avatar, iconFace } from "../avatar.js";
import * as control from "../control.js";
import { composer } from "../composer.js";
import { fill, h, refill } from "../element.js";
import { isFresh, whenStale } from "../message/recall.js";
import { line, noteLine } from "../message/timeline.js";
import { transcript } from "../message/transcript.js";
import { go } from "../place.js";
import { setNow } from "../time.js";
import { attempt } from "../toast.js";
import { tray } from "../tray.js";
import { backTo, head as headOf } from "./heads.js";
import { openLink } from "./links.js";

const STATES = { 2: "排队中", 3: "人工服务" };

export const kfTalk = (root, openKfid) => {
  const head = h("div");
  let me = null;
  let session = null;
  const ids = () => ({ open_kfid: openKfid, external_userid: me.external_userid });
  const kfFace = () => (session?.kf_avatar ? avatar(session.kf_name, session.kf_avatar) : iconFace("kf", "headset"));
  const recall = (item) => () => attempt(() => control.act("customer_recalls_kf", { ...ids(), msgid: item.msgid }));
  const press = (item) => (entry) =>
    attempt(() => control.act("customer_clicks_kf_menu", { ...ids(), msgid: item.msgid, menu_id: entry.id }));
  const build = (item) => {
    if (item.from === "system") return noteLine(item.body.content || "");
    const mine = item.from === "customer";
    if (item.recalled) return noteLine(mine ? "你撤回了一条消息" : "对方撤回了一条消息");
    const acts = { open: (url) => openLink(url, me), pick: mine ? undefined : press(item) };
    const tool = item.fresh && mine && { label: "撤回", run: recall(item) };
    return line({ mine, face: mine ? me : kfFace(), msgtype: item.msgtype, body: item.body, tool }, acts);
  };
  const fetch = async (limit) => {
    const { messages, now: asked } = await control.kfChat(openKfid, me.external_userid, limit);
    setNow(asked);
    stale(messages.filter(({ from }) => from === "customer").map(({ at }) => at));
    return messages.map((message) => ({
      ...message,
      key: `${message.id}${message.recalled ? "-recalled" : ""}`,
      fresh: message.from === "customer" && isFresh(message.at),
    }));
  };
  const lines = transcript({ fetch, build, empty: "可以开始咨询了" });
  const stale = whenStale(() => root.contains(lines.node) && lines.refresh());
  const send = (wanted) => control.act("customer_writes_kf", { ...ids(), ...wanted });
  fill(root, head, lines.node, composer((content) => send({ content }), "请描述你的问题", tray({ send })));

  const show = (phone) => {
    me = phone.me;
    session = phone.sessions.find((each) => each.open_kfid === openKfid);
    if (!session) return go({ peer: "" });
    const state = STATES[session.state];
    refill(head, [session.kf_name, state], () =>
      headOf(backTo(() => go({ peer: "" })), [h("span.clip", session.kf_name), h("span.corp-mark", state ? `客服 · ${state}` : "客服")]),
    );
    return lines.refresh();
  };
  return { show };
};
