// What a card asks: one select beside its buttons, a vote, or up to three selects. Keeps the answers until they are sent.

import { h } from "../element.js";

const choose = (question, locked, answers) => {
  const first = question.selected_id || question.option_list[0]?.id;
  answers.set(question.question_key, [first]);
  const keep = (event) => answers.set(question.question_key, [event.target.value]);
  const options = question.option_list.map(({ id, text }) => h("option", { value: id, selected: id === first }, text));
  return h(
    "label.card-select",
    question.title && h("span", question.title),
    h("select", { onchange: keep, disabled: locked || Boolean(question.disable) }, options),
  );
};

let groups = 0;

const vote = (checkbox, locked, answers) => {
  const several = checkbox.mode === 1;
  const name = `vote-${++groups}`;
  const box = h("fieldset.card-vote", { disabled: locked || Boolean(checkbox.disable) });
  const keep = () => answers.set(checkbox.question_key, [...box.querySelectorAll(":checked")].map((input) => input.value));
  for (const { id, text, is_checked: checked } of checkbox.option_list) {
    box.append(h("label", h("input", { type: several ? "checkbox" : "radio", name, value: id, checked: Boolean(checked), onchange: keep }), h("span", text)));
  }
  keep();
  return box;
};

/** {node, selected()}: selected gives {question_key: [option ids]} or undefined when the card asks nothing. */
export const questionsOf = (card, locked) => {
  const answers = new Map();
  const nodes = [];
  if (card.button_selection?.option_list) nodes.push(choose(card.button_selection, locked, answers));
  if (card.checkbox?.option_list) nodes.push(vote(card.checkbox, locked, answers));
  for (const question of card.select_list || []) nodes.push(choose(question, locked, answers));
  return { node: nodes, selected: () => (answers.size ? Object.fromEntries(answers) : undefined) };
};
