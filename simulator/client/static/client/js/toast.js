// Short notices at the bottom of the page: what happened, or why it did not.

import { h } from "./element.js";

const STAY_MS = { plain: 2600, bad: 6000 };

export const toast = (text, kind = "plain") => {
  const node = h(`div.toast.${kind}`, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), STAY_MS[kind]);
};

/** Run an action; what it throws is told to the person. Returns its result, or undefined after a failure. */
export const attempt = async (action, done = "") => {
  try {
    const result = await action();
    if (done) toast(done);
    return result;
  } catch (error) {
    toast(error.message, "bad");
    return undefined;
  }
};
