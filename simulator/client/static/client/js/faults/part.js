// One box of the page with its heading, and the small controls several boxes use.

import { h } from "../element.js";
import { attempt } from "../toast.js";

/** part("limits", "频率限制", note, ...content) → section. */
export const part = (id, title, note, ...content) =>
  h("section.part", { id, "aria-label": title }, h("header.part-head", h("h2", title), note && h("p.part-note", note)), content);

/** A switch that says what it does; `change(on)` is told. */
export const toggle = (label, change) => {
  const input = h("input", { type: "checkbox", onchange: () => change(input.checked) });
  return { node: h("label.switch", input, h("span", label)), set: (on) => (input.checked = on) };
};

/** A number with its label; `value` "" leaves it empty. show(figure) leaves alone what somebody is writing, show(figure, true) not. */
export const numberField = (label, props) => {
  let typed = false;
  const input = h("input", { type: "number", step: "any", min: "0", ...props, oninput: () => (typed = true) });
  const show = (figure, anyway = false) => {
    if (anyway) typed = false;
    if (!typed) input.value = figure;
  };
  return { node: h("label.field", h("span", label), input), input, show, value: () => (input.value === "" ? undefined : Number(input.value)) };
};

/** Of what is looked at again and again: an answer asked for before or during a change is old, and look() of it gives undefined. */
export const news = () => {
  let changes = 0;
  let busy = 0;
  const change = async (promise) => {
    changes += 1;
    busy += 1;
    const value = await promise;
    busy -= 1;
    changes += 1;
    return value;
  };
  const look = async (promise) => {
    const before = changes;
    const value = await promise;
    return busy || before !== changes ? undefined : value;
  };
  return { change, look };
};

/** One of several, shown side by side; `change(value)` is told. */
export const choice = (name, options, chosen, change) =>
  h(
    options.length > 4 ? "div.choice.many" : "div.choice",
    { role: "radiogroup", "aria-label": name },
    options.map(([value, text]) =>
      h("label", h("input", { type: "radio", name: `choice-${name}`, value, checked: value === chosen, onchange: () => change(value) }), h("span", text)),
    ),
  );

export const button = (text, action, done = "", tone = "") =>
  h(`button.button${tone && `.${tone}`}`, { type: "button", onclick: () => attempt(action, done) }, text);
