// The blocks between a card's titles and its buttons.

import { h } from "../element.js";
import { icon } from "../icons.js";

const goes = (target, actions) => (target.type === 1 && target.url ? { type: "button", onclick: () => actions.open(target.url) } : null);

const emphasis = ({ title, desc }) => h("div.card-emphasis", h("strong", title), desc && h("span", desc));

const quote = (area, actions) => {
  const inside = [area.title && h("strong", area.title), area.quote_text && h("span", area.quote_text)];
  const door = goes(area, actions);
  return door ? h("button.card-quote", door, inside) : h("div.card-quote", inside);
};

const imageText = (area, actions) => {
  const inside = [h("img", { src: area.image_url, alt: "" }), h("span", area.title && h("strong", area.title), area.desc && h("span", area.desc))];
  const door = goes(area, actions);
  return door ? h("button.card-image-text", door, inside) : h("div.card-image-text", inside);
};

const value = (row, actions) => {
  if (row.type === 1) return h("button.card-link", goes(row, actions) || { type: "button" }, row.value || "查看");
  if (row.type === 2) return h("span.card-file", icon("file"), row.value);
  if (row.type === 3) return h("button.card-link", { type: "button", onclick: () => actions.member(row.userid) }, row.value || row.userid);
  return h("span", row.value);
};

const horizontal = (rows, actions) => h("dl.card-rows", rows.map((row) => h("div", h("dt", row.keyname), h("dd", value(row, actions)))));

const vertical = (rows) => h("div.card-verticals", rows.map((row) => h("div", h("strong", row.title), row.desc && h("span", row.desc))));

/** Blocks in the order WeCom shows them; absent ones leave no gap. */
export const partsOf = (card, actions) => [
  card.emphasis_content?.title && emphasis(card.emphasis_content),
  card.image_text_area && imageText(card.image_text_area, actions),
  (card.quote_area?.title || card.quote_area?.quote_text) && quote(card.quote_area, actions),
  card.sub_title_text && h("p.card-sub", card.sub_title_text),
  card.vertical_content_list?.length && vertical(card.vertical_content_list),
  card.horizontal_content_list?.length && horizontal(card.horizontal_content_list, actions),
];
