// Faults the simulator plays: what is on, switching the common ones on and everything off.

import * as control from "../control.js";
import { openDialog } from "../dialog.js";
import { fill, h } from "../element.js";
import { place } from "../place.js";
import { attempt } from "../toast.js";

const COMMON = [
  ["所有接口慢 2 秒", () => control.post("faults", { path: "*", kind: "latency", seconds: 2 })],
  ["发送消息超频 45009（5 次）", () => control.post("faults", { path: "message/send", kind: "errcode", errcode: 45009, times: 5 })],
  ["一半的调用系统繁忙 -1", () => control.post("faults", { path: "*", kind: "errcode", errcode: -1, share: 0.5 })],
  ["发送消息返回网页", () => control.post("faults", { path: "message/send", kind: "html", times: 5 })],
  ["凭证立即失效", () => control.post("tokens", { action: "expire" })],
  ["回调重复投递一次", () => control.post("delivery", { duplicate: 1 })],
  ["下次侧边栏发送由导购取消", () => control.post("client", { userid: place.member, cancel_next_send: true })],
];

const seconds = ({ seconds: span }) => [...new Set([span].flat())].join("～");

const words = (fault) => {
  const kinds = { errcode: `错误码 ${fault.errcode}`, latency: `延迟 ${seconds(fault)} 秒`, hang: "不答复", reset: "断开连接", html: "返回网页", http: `HTTP ${fault.status}` };
  const often = fault.times ? `剩 ${fault.times} 次` : fault.share && fault.share < 1 ? `${Math.round(fault.share * 100)}%` : "";
  return [fault.path === "*" ? "所有接口" : fault.path, kinds[fault.kind] || fault.kind, often].filter(Boolean).join(" · ");
};

const content = (look) => {
  const list = h("div.faults");
  const paint = async () => {
    const faults = (await look()) || [];
    fill(
      list,
      faults.length
        ? faults.map((fault) => h("div.fault", h("span", words(fault)), h("button.button.small", { type: "button", onclick: change(() => control.remove(`faults/${fault.id}`)) }, "停止")))
        : h("p.empty", "现在没有故障"),
    );
  };
  const change = (action) => async () => {
    await attempt(action, "已生效");
    await paint();
  };
  const off = change(async () => {
    await control.remove("faults");
    await control.post("delivery", { duplicate: 0 });
  });
  paint();
  return [
    h("h3.dialog-sub", "正在发生"),
    list,
    h("h3.dialog-sub", "制造一个"),
    h("div.fault-buttons", COMMON.map(([name, action]) => h("button.button", { type: "button", onclick: change(action) }, name))),
    h("div.dialog-actions", h("button.button.danger", { type: "button", onclick: off }, "全部停止")),
  ];
};

export const faultsControl = () => {
  const count = h("strong", "0");
  const look = async () => {
    const { faults } = await control.get("faults");
    count.textContent = String(faults.length);
    node.classList.toggle("warn", faults.length > 0);
    return faults;
  };
  const node = h("button.chip.count", { type: "button", onclick: () => openDialog("故障", () => content(look)) }, "故障 ", count);
  return { node, look };
};
