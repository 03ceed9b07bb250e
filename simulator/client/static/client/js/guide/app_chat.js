// The app's chat: cards and messages the product sent to this guide, what she wrote and pressed, the app's menu.

import { appFace } from "../avatar.js";
import { cardNode } from "../card/card.js";
import * as control from "../control.js";
import { composer } from "../composer.js";
import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { keyed, stickToBottom } from "../list.js";
import { bodyOf } from "../message/bodies.js";
import { line, noteLine, timeLine, withTimes } from "../message/timeline.js";
import { newest } from "../newest.js";
import { go } from "../place.js";
import { attempt, toast } from "../toast.js";
import { appMenu } from "./app_menu.js";
import { openHome, openPage } from "./panel.js";
import { appOf } from "./people.js";

const deedWords = ({ kind, body }) => {
  if (kind === "menu") return `点了菜单「${body.name || body.key}」`;
  return "";
};

const cardActions = (item, me) => {
  const target = { userid: me.userid, msgid: item.msgid };
  return {
    open: openPage,
    click: ({ key, selected }) => attempt(() => control.act("member_clicks_card", { ...target, key, selected })),
    menu: (key) => attempt(() => control.act("member_card_menu", { ...target, key }), "已提交"),
    member: (userid) => toast(`成员名片：${userid}`),
  };
};

const fromApp = (item, me) => {
  const content =
    item.msgtype === "template_card"
      ? cardNode({ body: item.body, state: item.card_state }, cardActions(item, me))
      : (({ node, framed }) => (framed ? h("div.bubble", node) : node))(bodyOf(item.msgtype, item.body, openPage));
  return h("div.line", appFace(), h("div.line-body", content));
};

const keyedItem = (item) => ({ ...item, key: item.msgid || `${item.kind}-${item.at}` });
const isShown = (item) => item.from === "app" || item.kind === "text" || deedWords(item) !== "";

export const appChat = (root) => {
  const head = h("header.chat-head");
  const scroller = h("div.lines");
  const foot = h("div.chat-foot");
  let me = null;
  let first = true;
  const ask = newest();
  const build = (item) => {
    if (item.time) return timeLine(item.time);
    if (item.recalled) return noteLine("应用撤回了一条消息");
    if (item.from === "app") return fromApp(item, me);
    if (item.kind === "text") return line({ mine: true, face: me, msgtype: "text", body: item.body }, openPage);
    return noteLine(deedWords(item));
  };
  const render = keyed(scroller, { key: (item) => item.key, build });
  const send = (content) => control.act("member_texts_app", { userid: me.userid, agentid: appOf(me).agentid, content });
  fill(root, head, scroller, foot);

  const show = async (member) => {
    const again = me?.userid === member.userid;
    me = member;
    const app = appOf(me);
    fill(
      head,
      h("button.round.narrow-only", { type: "button", "aria-label": "返回", onclick: () => go({ with: "", panel: "" }) }, icon("back")),
      h("div.chat-title", h("h2", app.name), h("span.app-mark", "应用")),
      h("button.tool", { type: "button", onclick: () => openHome(app) }, icon("home"), "打开应用"),
    );
    if (!again) fill(foot, composer(send, "试试：榜单、任务、话术 羽绒服"));
    if (!again || foot.dataset.menu !== JSON.stringify(me.menu || [])) {
      foot.querySelector(".app-menu")?.remove();
      foot.prepend(appMenu(me));
      foot.dataset.menu = JSON.stringify(me.menu || []);
    }
    const messages = await ask(attempt(() => control.appChat(me.userid)));
    if (!messages) return;
    const items = withTimes(messages.map(keyedItem).filter(isShown));
    stickToBottom(scroller, () => (render(items), first && "jump"));
    if (!items.length) fill(scroller, h("p.empty", "应用还没有发来消息"));
    first = false;
  };
  return { show };
};
