// The app's chat: cards and messages the product sent to this guide, what she wrote and pressed, the app's menu.

import { appFace } from "../avatar.js";
import { cardNode } from "../card/card.js";
import * as control from "../control.js";
import { composer } from "../composer.js";
import { fill, h, refill } from "../element.js";
import { icon } from "../icons.js";
import { bodyOf } from "../message/bodies.js";
import { line, noteLine } from "../message/timeline.js";
import { transcript } from "../message/transcript.js";
import { attempt, toast } from "../toast.js";
import { appMenu } from "./app_menu.js";
import { backButton } from "./heads.js";
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

const acts = { open: openPage };

const contentOf = (item, me) => {
  if (item.msgtype === "template_card") return cardNode({ body: item.body, state: item.card_state }, cardActions(item, me));
  const { node, framed } = bodyOf(item.msgtype, item.body, acts);
  return framed ? h("div.bubble", node) : node;
};

const fromApp = (item, me) => h("div.line", appFace(), h("div.line-body", contentOf(item, me)));

const keyedItem = (item) => ({ ...item, key: item.msgid || `${item.kind}-${item.at}` });
const isShown = (item) => item.from === "app" || item.kind === "text" || deedWords(item) !== "";

export const appChat = (root) => {
  const head = h("header.chat-head");
  const foot = h("div.chat-foot");
  const box = h("div");
  let me = null;
  const build = (item) => {
    if (item.recalled) return noteLine("应用撤回了一条消息");
    if (item.from === "app") return fromApp(item, me);
    if (item.kind === "text") return line({ mine: true, face: me, msgtype: "text", body: item.body }, acts);
    return noteLine(deedWords(item));
  };
  const fetch = async (limit) => (await control.appChat(me.userid, limit)).map(keyedItem).filter(isShown);
  const lines = transcript({ fetch, build, empty: "应用还没有发来消息" });
  const send = (content) => control.act("member_texts_app", { userid: me.userid, agentid: appOf(me).agentid, content });
  fill(foot, box, composer(send, "发消息给应用"));
  const body = h("div.chat-body", lines.node, foot);
  const gone = h("p.empty", "这位成员看不到应用。");
  fill(root, head, gone, body);

  const show = (desk) => {
    me = desk.me;
    const app = appOf(me);
    body.hidden = !app;
    gone.hidden = Boolean(app);
    if (!app) return refill(head, [], backButton);
    refill(head, [app], () => [
      backButton(),
      h("div.chat-title", h("h2", app.name), h("span.app-mark", "应用")),
      h("button.tool", { type: "button", onclick: () => openHome(app) }, icon("home"), "打开应用"),
    ]);
    refill(box, [me.menu || []], () => appMenu(me));
    return lines.refresh();
  };
  return { show };
};
