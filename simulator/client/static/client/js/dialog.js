// Modal windows on the browser's own <dialog>: focus and Escape come with it.

import { fill, h } from "./element.js";
import { icon } from "./icons.js";

/** Open a window; `build(close)` gives its content. Returns close. */
export const openDialog = (title, build, { wide = false } = {}) => {
  const box = h(wide ? "dialog.dialog.wide" : "dialog.dialog", { "aria-label": title });
  const close = () => box.close();
  fill(
    box,
    h("header.dialog-head", h("h2", title), h("button.round", { type: "button", "aria-label": "关闭", onclick: close }, icon("close"))),
    h("div.dialog-body", build(close)),
  );
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => event.target === box && close());
  document.body.append(box);
  box.showModal();
  return close;
};

/** Ask before something that cannot be taken back; `tone` of the button is danger, primary or green. */
export const confirmThen = (title, text, word, action, tone = "danger") =>
  openDialog(title, (close) => [
    h("p.dialog-text", text),
    h(
      "div.dialog-actions",
      h("button.button", { type: "button", onclick: close }, "取消"),
      h(`button.button.${tone}`, { type: "button", onclick: () => (close(), action()) }, word),
    ),
  ]);

/** A form whose named fields are handed to `send(values)`; closes when that returns something other than undefined. */
export const openForm = (title, fields, word, send) =>
  openDialog(title, (close) =>
    h(
      "form.form",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          const values = Object.fromEntries(new FormData(event.target));
          if ((await send(values)) !== undefined) close();
        },
      },
      fields,
      h("div.dialog-actions", h("button.button", { type: "button", onclick: close }, "取消"), h("button.button.primary", word)),
    ),
  );

/** One labelled input; `props.options` makes it a select. */
export const field = (label, props) => {
  const { options, ...rest } = props;
  const input = options
    ? h("select", rest, options.map(([value, text]) => h("option", { value, selected: value === rest.value }, text)))
    : h(rest.rows ? "textarea" : "input", rest);
  if (!options && rest.rows && rest.value) input.value = rest.value;
  return h("label.field", h("span", label), input);
};
