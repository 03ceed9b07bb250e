// Messages that lead somewhere: links, articles, textcards, mini programs.

import { h } from "../element.js";
import { icon } from "../icons.js";
import { fileUrl } from "./media.js";
import { textcardNodes } from "./rich_text.js";

const thumb = (url) => {
  const image = url && h("img", { src: url, alt: "", loading: "lazy" });
  image?.addEventListener?.("error", () => image.remove());
  return image;
};

const door = (selector, url, open) => [url ? `button.${selector}` : `div.${selector}`, url ? { type: "button", onclick: () => open(url) } : {}];

export const link = (body, { open }) => {
  const url = body.url || body.link || body.link_url;
  return h(
    ...door("link-card", url, open),
    h("span.link-title", body.title || "链接"),
    h("span.link-row", h("span.link-note", body.desc || body.description || url || ""), thumb(fileUrl(body))),
  );
};

export const miniprogram = (body) =>
  h(
    "div.link-card.mini",
    h("span.mini-name", icon("link"), "小程序"),
    h("span.link-title", body.title || body.appid || "小程序"),
    thumb(fileUrl(body)),
    h("span.link-foot", body.page || body.pagepath || "小程序"),
  );

const article = (entry, open, first) =>
  h(
    ...door(first ? "article.lead" : "article", entry.url || entry.content_source_url, open),
    thumb(entry.picurl || fileUrl(entry)),
    h("span.article-title", entry.title),
    first && (entry.description || entry.digest) && h("span.article-note", entry.description || entry.digest),
  );

export const articles = (body, { open }) => h("div.articles", (body.articles || []).map((entry, index) => article(entry, open, index === 0)));

export const textcard = (body, { open }) =>
  h(
    "button.textcard",
    { type: "button", onclick: () => open(body.url) },
    h("span.textcard-title", body.title),
    h("span.textcard-body", textcardNodes(body.description || "", open)),
    h("span.textcard-foot", body.btntxt || "详情", icon("next")),
  );

export const miniprogramNotice = (body) =>
  h(
    "div.textcard",
    h("span.textcard-title", body.title),
    h(
      "span.textcard-body",
      body.description && h("div.tone-gray", body.description),
      (body.content_item || []).map(({ key, value }, index) =>
        h(body.emphasis_first_item && !index ? "div.notice-item.strong" : "div.notice-item", h("span", key), h("strong", value)),
      ),
    ),
    h("span.textcard-foot", "小程序", icon("next")),
  );
