// What stands inside a message, by msgtype, for chats and for the app's chat alike.
// The server API and the JS-SDK spell fields differently (pic_url / imgUrl, media_id / mediaid): both are read here.

import { h } from "../element.js";
import { icon } from "../icons.js";
import { textcardNodes, textNodes, markdownNodes } from "./rich_text.js";

const mediaOf = (body) => body.media_id || body.mediaid || "";
const fileUrl = (body) => body.pic_url || body.imgUrl || body.picurl || (mediaOf(body) && `/files/media/${mediaOf(body)}`);

const picture = (url, alt) => {
  const image = h("img", { src: url, alt, loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(h("span.picture-gone", "图片已失效")));
  return h("a.picture", { href: url, target: "_blank", rel: "noopener" }, image);
};

const linkCard = ({ title, note, image, url }, open, foot = "") =>
  h(
    "button.link-card",
    { type: "button", onclick: () => url && open(url) },
    h("span.link-title", title),
    h("span.link-row", h("span.link-note", note || url), image && h("img", { src: image, alt: "", loading: "lazy" })),
    foot && h("span.link-foot", foot),
  );

const article = (entry, open, first) =>
  h(
    first ? "button.article.lead" : "button.article",
    { type: "button", onclick: () => entry.url && open(entry.url) },
    entry.picurl && h("img", { src: entry.picurl, alt: "", loading: "lazy" }),
    h("span.article-title", entry.title),
    first && entry.description && h("span.article-note", entry.description),
  );

const attachment = (name, note, shape) =>
  h("div.attachment", h("span.attachment-icon", icon(shape)), h("span", h("span.attachment-name", name), h("span.attachment-note", note)));

const BUILD = {
  text: (body, open) => h("div.text", textNodes(body.content || "", open)),
  markdown: (body, open) => h("div.markdown", markdownNodes(body.content || "", open)),
  image: (body) => picture(fileUrl(body), "图片"),
  video: (body) => attachment(body.title || "视频", body.description || "视频消息", "play"),
  voice: () => attachment("语音", "语音消息", "play"),
  file: (body) => attachment(body.filename || body.title || "文件", "文件消息", "file"),
  textcard: (body, open) =>
    h(
      "button.textcard",
      { type: "button", onclick: () => open(body.url) },
      h("span.textcard-title", body.title),
      h("span.textcard-body", textcardNodes(body.description || "", open)),
      h("span.textcard-foot", body.btntxt || "详情", icon("next")),
    ),
  news: (body, open) =>
    body.articles
      ? h("div.articles", body.articles.map((entry, index) => article(entry, open, index === 0)))
      : linkCard({ title: body.title, note: body.desc, image: fileUrl(body), url: body.link || body.url }, open),
  link: (body, open) => linkCard({ title: body.title, note: body.desc, image: fileUrl(body), url: body.url || body.link }, open),
  miniprogram: (body, open) => linkCard({ title: body.title, note: body.page, image: fileUrl(body) }, open, "小程序"),
  mpnews: (body, open) => h("div.articles", (body.articles || []).map((entry, i) => article({ ...entry, description: entry.digest }, open, !i))),
  miniprogram_notice: (body) =>
    h(
      "div.textcard",
      h("span.textcard-title", body.title),
      h("span.textcard-body", h("div.tone-gray", body.description), (body.content_item || []).map(({ key, value }) => h("div", `${key}：${value}`))),
    ),
};

const FRAMELESS = new Set(["image", "textcard", "news", "link", "miniprogram", "mpnews", "miniprogram_notice"]);

/** {node, framed}: framed bodies stand in a speech bubble, the others bring their own frame. */
export const bodyOf = (msgtype, body, open) => {
  const inner = body?.[msgtype] && typeof body[msgtype] === "object" ? body[msgtype] : body || {};
  const build = BUILD[msgtype];
  if (!build) return { node: h("div.text", `［${msgtype}］`), framed: true };
  return { node: build(inner, open), framed: !FRAMELESS.has(msgtype) };
};

const BRIEF = { image: "［图片］", video: "［视频］", voice: "［语音］", file: "［文件］", miniprogram: "［小程序］", template_card: "［卡片］" };

/** One line that says what a message is, for conversation lists. */
export const briefOf = (msgtype, body) => {
  const inner = body?.[msgtype] && typeof body[msgtype] === "object" ? body[msgtype] : body || {};
  if (inner.content) return inner.content.replace(/<[^>]+>/g, "").replace(/\s+/g, " ");
  const title = inner.title || inner.main_title?.title || inner.articles?.[0]?.title || "";
  return `${BRIEF[msgtype] || "［链接］"}${title}`;
};
