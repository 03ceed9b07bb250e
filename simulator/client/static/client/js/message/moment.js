// One post of 朋友圈 as both phones show it: who, words, pictures or a link, when, likes and comments.

import { avatar } from "../avatar.js";
import { h } from "../element.js";
import { icon } from "../icons.js";
import { brief } from "../time.js";
import { fileUrl, picture, video } from "./media.js";
import { textNodes } from "./rich_text.js";

const insideOf = (each) => each[each.msgtype] || each;
const asText = (text) => (typeof text === "string" ? text : text?.content || "");

const link = (each, open) => {
  const inside = insideOf(each);
  const image = fileUrl(inside) || each.picurl;
  return h(
    "button.moment-link",
    { type: "button", onclick: () => inside.url && open(inside.url) },
    image ? h("img", { src: image, alt: "", loading: "lazy" }) : h("span.moment-link-icon", icon("link")),
    h("span", inside.title || inside.url || "链接"),
  );
};

const imageUrl = (each) => (each.msgtype === "image" && each.url) || fileUrl(insideOf(each));

const media = (attachments, open) => {
  const images = attachments.filter(({ msgtype }) => msgtype === "image");
  const columns = images.length === 1 ? 1 : images.length === 2 || images.length === 4 ? 2 : 3;
  return [
    images.length > 0 && h(`div.moment-pictures.columns-${columns}`, images.map((each) => picture(imageUrl(each), "图片"))),
    attachments.filter(({ msgtype }) => msgtype === "video").map((each) => video({ url: each.url, ...insideOf(each) })),
    attachments.filter(({ msgtype }) => msgtype === "link").map((each) => link(each, open)),
  ];
};

const reactions = ({ likes = [], comments = [] }) =>
  (likes.length > 0 || comments.length > 0) &&
  h(
    "div.moment-reactions",
    likes.length > 0 && h("p.moment-likes", icon("heart"), h("span", likes.map(({ name, id }) => name || id).join("，"))),
    comments.map(({ name, id, content }) => h("p.moment-comment", h("strong", `${name || id}：`), content || "（评论）")),
  );

/** momentNode(moment {name, avatar, text, attachments, published_at, likes, comments}, {open(url)}, tools?) → node. */
export const momentNode = (moment, { open }, tools = null) => {
  const text = asText(moment.text);
  return h(
    "div.moment",
    avatar(moment.name, moment.avatar),
    h(
      "div.moment-body",
      h("strong.moment-name", moment.name),
      text && h("div.moment-text", textNodes(text, open)),
      media(moment.attachments || [], open),
      h("div.moment-foot", h("time", brief(moment.published_at || 0)), tools),
      reactions(moment),
    ),
  );
};
