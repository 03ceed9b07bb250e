// The foot of a card: buttons, the submit button, or the grey word that took their place; then the jumps.

import { h } from "../element.js";
import { icon } from "../icons.js";

const STYLES = { 1: "primary", 2: "plain", 3: "danger", 4: "quiet" };

/** Greyed while the click is on its way; the product's update repaints the card. */
const pressing = (press) => async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  button.classList.add("waiting");
  try {
    await press();
  } finally {
    button.classList.remove("waiting");
    button.disabled = false;
  }
};

const button = (entry, selected, actions) => {
  const press = entry.type === 1 ? () => actions.open(entry.url) : () => actions.click({ key: entry.key, selected: selected() });
  return h(`button.card-button.${STYLES[entry.style] || "primary"}`, { type: "button", onclick: pressing(press) }, entry.text);
};

const jump = (entry, actions) =>
  entry.type === 1
    ? h("button.card-jump", { type: "button", onclick: () => actions.open(entry.url) }, entry.title, icon("next"))
    : h("div.card-jump", entry.title);

const buttonsOf = (card) => {
  if (card.button_list?.length) return card.button_list;
  return card.submit_button ? [{ ...card.submit_button, style: 1 }] : [];
};

export const bottomOf = (card, { greyed, selected }, actions) => {
  const buttons = buttonsOf(card);
  const wide = buttons.length > 2 || buttons.some(({ text }) => [...text].length > 5);
  return [
    greyed
      ? h("div.card-buttons", h("button.card-button.done", { type: "button", disabled: true }, greyed))
      : buttons.length > 0 && h(wide ? "div.card-buttons.stacked" : "div.card-buttons", buttons.map((entry) => button(entry, selected, actions))),
    card.jump_list?.length && h("div.card-jumps", card.jump_list.map((entry) => jump(entry, actions))),
  ];
};
