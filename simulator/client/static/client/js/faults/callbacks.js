// How callbacks travel: held back, late, twice, out of order, with shuffled elements or binary prefixes.

import * as control from "../control.js";
import { fill, h } from "../element.js";
import { attempt } from "../toast.js";
import { news, numberField, part, toggle } from "./part.js";

const SWITCHES = [
  ["outage", "中断：全部扣住，关掉后再投递"],
  ["reorder", "乱序：后来的可能先到"],
  ["shuffle", "打乱 XML 元素的次序"],
  ["binary_prefix", "随机前缀用二进制字节"],
];

export const callbacksPart = () => {
  const asked = news();
  const set = async (body, written = false) => {
    const answer = await asked.change(attempt(() => control.post("delivery", body), "已生效"));
    if (answer) show(answer, written);
  };
  const toggles = SWITCHES.map(([key, label]) => ({ key, ...toggle(label, (on) => set({ [key]: on })) }));
  const duplicate = numberField("重复投递（次）", { step: "1", max: "20" });
  const low = numberField("最少延迟（秒）", {});
  const high = numberField("最多延迟（秒）", {});
  const receivers = h("p.part-note");
  const pending = h("strong", "0");

  const show = (options, written) => {
    toggles.forEach(({ key, set: put }) => put(options[key]));
    const figures = [[duplicate, options.duplicate], [low, options.delay[0]], [high, options.delay[1]]];
    figures.forEach(([field, value]) => field.show(value, written));
  };
  const apply = (event) => {
    event.preventDefault();
    const least = low.value() || 0;
    set({ duplicate: duplicate.value() || 0, delay: [least, Math.max(least, high.value() || 0)] }, true);
  };
  const look = async () => {
    const [options, { receivers: known }, log] = await Promise.all([asked.look(control.get("delivery")), control.get("receivers"), control.get("callbacks", { limit: 1 })]);
    if (options) show(options);
    pending.textContent = String(log.pending);
    const addresses = known.filter(({ url }) => url).map(({ name, url }) => `${name} → ${url}`);
    fill(receivers, addresses.length ? addresses.join("　") : "还没有人登记回调地址，事件只记在日志里。");
  };
  const node = part(
    "delivery", "回调", "",
    receivers,
    h("p.pending", "待投递 ", pending),
    h("div.switches", toggles.map((each) => each.node)),
    h("form.form", { onsubmit: apply }, h("div.fields.three", duplicate.node, low.node, high.node), h("div.part-actions", h("button.button.small.primary", "应用"))),
  );
  return { node, look };
};
