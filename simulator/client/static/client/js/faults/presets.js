// The common kinds of trouble, one press each.

import * as control from "../control.js";

export const PRESETS = [
  ["所有接口慢 2 秒", () => control.post("faults", { path: "*", kind: "latency", seconds: 2 })],
  ["发送消息超频 45009（5 次）", () => control.post("faults", { path: "message/send", kind: "errcode", errcode: 45009, times: 5 })],
  ["一半的调用系统繁忙 -1", () => control.post("faults", { path: "*", kind: "errcode", errcode: -1, share: 0.5 })],
  ["发送消息返回网页", () => control.post("faults", { path: "message/send", kind: "html", times: 5 })],
  ["凭证立即失效", () => control.post("tokens", { action: "expire" })],
  ["回调重复投递一次", () => control.post("delivery", { duplicate: 1 })],
];

const CALM = { duplicate: 0, delay: [0, 0], reorder: false, shuffle: false, binary_prefix: false, outage: false };

/** Everything that was switched on by hand is off again; a scenario keeps playing. */
export const calmDown = async () => {
  await control.remove("faults");
  await control.post("delivery", CALM);
};
