// Access tokens that stop working at once, of one app or of all.

import * as control from "../control.js";
import { h } from "../element.js";
import { attempt } from "../toast.js";
import { part } from "./part.js";

const WAYS = [
  ["expire", "失效（40014）"],
  ["expire_as_42001", "过期（42001）"],
];

export const tokensPart = () => {
  const app = h("select", { "aria-label": "应用" }, h("option", { value: "" }, "全部应用"));
  control.get("apps").then(({ apps }) => app.append(...apps.map(({ agentid, name }) => h("option", { value: String(agentid) }, name))));
  const spoil = (action) => async () => {
    const body = app.value ? { action, agentid: Number(app.value) } : { action };
    const answer = await attempt(() => control.post("tokens", body));
    if (answer) result.textContent = answer.tokens ? `${answer.tokens} 个凭证已停用，下次调用会被拒绝。` : "没有正在使用的凭证。";
  };
  const result = h("p.part-note", { role: "status" });
  const buttons = WAYS.map(([action, text]) => h("button.button.small", { type: "button", onclick: spoil(action) }, text));
  return { node: part("tokens", "access_token", "让已经发出的凭证立刻失效；产品应当重新获取一次，再试一次。", h("div.inline", app, buttons), result) };
};
