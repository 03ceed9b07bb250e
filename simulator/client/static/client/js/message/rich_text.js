// Texts with marks in them (links in text messages, textcard divs, markdown subset) → nodes. No markup gets through.

import { h } from "../element.js";

const WEB = /^https?:\/\//i;

const link = (url, text, open) =>
  h("a", { href: "#", onclick: (event) => (event.preventDefault(), open(url)), title: url }, text);

const lines = (text) => text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));

/** Parse inert: scripts never run and pictures never load in such a document. */
const parse = (markup) => new DOMParser().parseFromString(`<body>${markup}</body>`, "text/html").body;

const walk = (node, open, element) =>
  [...node.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return lines(child.data);
    return child.nodeType === Node.ELEMENT_NODE ? [element(child, () => walk(child, open, element))] : [];
  });

/** text.content: line breaks and <a href>; everything else is shown as written. */
export const textNodes = (content, open) => {
  const nodes = [];
  const anchor = /<a\s+[^>]*href=["']([^"']+)["'][^>]*>(.*?)<\/a>|(https?:\/\/[^\s<>"'，。；）]+)/gis;
  let end = 0;
  for (const found of content.matchAll(anchor)) {
    nodes.push(...lines(content.slice(end, found.index)));
    const url = found[1] || found[3];
    nodes.push(WEB.test(url) ? link(url, found[2] || url, open) : found[0]);
    end = found.index + found[0].length;
  }
  return [...nodes, ...lines(content.slice(end))];
};

/** textcard.description: <div class="gray|normal|highlight"> and <br>. */
export const textcardNodes = (description, open) =>
  walk(parse(description), open, (node, inside) => {
    if (node.tagName === "BR") return h("br");
    const tone = ["gray", "highlight"].find((name) => node.classList.contains(name)) || "normal";
    return node.tagName === "DIV" ? h(`div.tone-${tone}`, inside()) : h("span", inside());
  });

const INLINE = /\*\*(.+?)\*\*|\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)|`([^`]+)`|<font color=["'](info|comment|warning)["']>(.*?)<\/font>/gs;

const inline = (text, open) => {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, found.index));
    const [, bold, label, url, code, tone, coloured] = found;
    if (bold) nodes.push(h("strong", inline(bold, open)));
    else if (label) nodes.push(link(url, label, open));
    else if (code) nodes.push(h("code", code));
    else nodes.push(h(`span.font-${tone}`, inline(coloured, open)));
    end = found.index + found[0].length;
  }
  return [...nodes, text.slice(end)].filter((node) => node !== "");
};

/** markdown.content, the platform's subset: headings, bold, links, code, quotes, three colours. */
export const markdownNodes = (content, open) =>
  content.split("\n").map((line) => {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading) return h(`div.md-h.md-h${heading[1].length}`, inline(heading[2], open));
    const quote = /^>\s?(.*)$/.exec(line);
    if (quote) return h("blockquote", inline(quote[1], open));
    return h("div", line ? inline(line, open) : h("br"));
  });
