// The box one types a message into: Enter sends, Shift+Enter breaks the line.

import { h } from "./element.js";
import { attempt } from "./toast.js";

/**
 * composer(send, placeholder, before) → node; `before`: a node on its left. `send(text)` may be slow: what is typed meanwhile stays.
 * It may throw: then the text is back.
 */
export const composer = (send, placeholder, before = null) => {
  const input = h("textarea", { rows: 1, placeholder, "aria-label": placeholder });
  const button = h("button.send", { type: "submit", disabled: true }, "发送");
  const fit = () => {
    button.disabled = !input.value.trim();
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 120)}px`;
  };
  const submit = async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    fit();
    input.focus();
    if (await attempt(async () => (await send(text)) || true)) return;
    input.value = input.value ? `${text}\n${input.value}` : text;
    fit();
  };
  input.addEventListener("input", fit);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  return h("form.composer", { onsubmit: submit }, before, input, button);
};
