// A template card (模板卡片) of any of the five kinds, as WeCom draws it for one member.

import { h } from "../element.js";
import { bottomOf } from "./buttons.js";
import { headOf } from "./head.js";
import { partsOf } from "./parts.js";
import { questionsOf } from "./questions.js";

const TARGETS = "button, a, input, select, label";

/**
 * cardNode({msgid, body, state}, actions): state {button, template_card} is what the product made of the card for this member;
 * actions {open(url), click({key, selected}), menu(key), member(userid)} return promises where they take time.
 */
export const cardNode = ({ body, state }, actions) => {
  const card = state?.template_card || body;
  const locked = Boolean(state?.button || card.replace_text);
  const questions = questionsOf(card, locked);
  const leads = card.card_action?.type === 1 && card.card_action.url;
  const follow = (event) => {
    if (leads && !event.target.closest(TARGETS)) actions.open(card.card_action.url);
  };
  const byKey = (event) => event.key === "Enter" && event.target === event.currentTarget && follow(event);
  return h(
    leads ? "article.card.leads" : "article.card",
    { onclick: follow, onkeydown: byKey, tabIndex: leads ? 0 : undefined, data: { kind: card.card_type } },
    headOf(card, actions),
    partsOf(card, actions),
    questions.node,
    bottomOf(card, { greyed: state?.button || card.replace_text || "", selected: questions.selected }, actions),
  );
};
