// The top of a card: where it comes from, the menu in its corner, picture, titles.

import { h } from "../element.js";
import { icon } from "../icons.js";

const SOURCE_TONES = ["grey", "black", "red", "green"];

const source = ({ icon_url: url, desc, desc_color: tone = 0 }) =>
  h("span.card-source", url && h("img", { src: url, alt: "" }), desc && h(`span.source-${SOURCE_TONES[tone] || "grey"}`, desc));

const corner = (menu, actions) => {
  const choose = (key) => (event) => {
    event.target.closest("details").open = false;
    actions.menu(key);
  };
  return h(
    "details.card-menu",
    h("summary", { "aria-label": menu.desc || "更多" }, icon("more")),
    h(
      "div.card-menu-list",
      menu.desc && h("p", menu.desc),
      menu.action_list.map(({ text, key }) => h("button", { type: "button", onclick: choose(key) }, text)),
    ),
  );
};

/** Width : height of the picture, 1.3 to 2.25. */
const picture = ({ url, aspect_ratio: ratio = 1.3 }) => h("img.card-image", { src: url, alt: "", style: { aspectRatio: String(ratio) } });

export const headOf = (card, actions) => [
  (card.source || card.action_menu) &&
    h("header.card-top", source(card.source || {}), card.action_menu?.action_list?.length && corner(card.action_menu, actions)),
  card.card_image?.url && picture(card.card_image),
  card.main_title?.title && h("h3.card-title", card.main_title.title),
  card.main_title?.desc && h("p.card-desc", card.main_title.desc),
];
