// What stands inside a message, by msgtype, for every kind of chat.

import { h } from "../element.js";
import { articles, link, miniprogram, miniprogramNotice, textcard } from "./links.js";
import { file, fileUrl, picture, video, voice } from "./media.js";
import { markdownNodes, textNodes } from "./rich_text.js";
import { businessCard, location, merged, msgmenu, payment, product } from "./things.js";

const BUILD = {
  text: (body, { open }) => h("div.text", textNodes(body.content || "", open)),
  markdown: (body, { open }) => h("div.markdown", markdownNodes(body.content || "", open)),
  image: (body) => picture(fileUrl(body), "图片"),
  news: (body, acts) => (body.articles ? articles(body, acts) : link(body, acts)),
  ca_link: (body, acts) => link({ title: "添加导购", desc: "获客链接", ...body }, acts),
  mpnews: articles,
  miniprogram_notice: miniprogramNotice,
  business_card: businessCard,
  channels_shop_product: product,
  channels_shop_order: product,
  merged_msg: merged,
  channels: (body) => h("div.text", `［视频号］${[body.nickname, body.title].filter(Boolean).join(" · ")}`),
  video, voice, file, textcard, link, miniprogram, location, payment, msgmenu,
};

const FRAMED = new Set(["text", "markdown", "voice", "msgmenu", "channels"]);
const NAMES = { meeting: "会议", calendar: "日程", note: "笔记", template_card: "卡片", event: "事件" };

const insideOf = (msgtype, body) => (body?.[msgtype] && typeof body[msgtype] === "object" ? body[msgtype] : body || {});

/** {node, framed}: framed bodies stand in a speech bubble, the others bring their own frame. acts: {open(url), pick?(entry)}. */
export const bodyOf = (msgtype, body, acts) => {
  const build = BUILD[msgtype];
  if (!build) return { node: h("div.text.unknown", `［${NAMES[msgtype] || msgtype}］`), framed: true };
  return { node: build(insideOf(msgtype, body), acts), framed: FRAMED.has(msgtype) };
};

const BRIEF = {
  image: "［图片］", video: "［视频］", voice: "［语音］", file: "［文件］", miniprogram: "［小程序］", miniprogram_notice: "［小程序通知］",
  template_card: "［卡片］", location: "［位置］", business_card: "［名片］", payment: "［收款］", msgmenu: "［菜单］", merged_msg: "［聊天记录］",
  channels: "［视频号］", channels_shop_product: "［商品］", channels_shop_order: "［订单］", event: "［事件］",
};

/** One line that says what a message is, for conversation lists. */
export const briefOf = (msgtype, body) => {
  const inner = insideOf(msgtype, body);
  if (inner.content) return inner.content.slice(0, 120).replace(/<[^>]+>/g, "").replace(/\s+/g, " ");
  const title = inner.title || inner.main_title?.title || inner.articles?.[0]?.title || inner.filename || inner.head_content || inner.name || "";
  return `${BRIEF[msgtype] || "［链接］"}${title}`;
};
