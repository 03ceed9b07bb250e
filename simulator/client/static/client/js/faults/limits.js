// Frequency limits: how full each is, and smaller figures so that a test reaches them.

import * as control from "../control.js";
import { fill, h, refill } from "../element.js";
import { attempt } from "../toast.js";
import { button, news, numberField, part } from "./part.js";

const FIGURES = [
  ["per_minute", "每个接口 / 分钟"],
  ["per_hour", "每个接口 / 小时"],
  ["member_per_minute", "每人收消息 / 分钟"],
  ["member_per_hour", "每人收消息 / 小时"],
];
const WINDOWS = { minute: "分钟", hour: "小时" };
const SHOWN = 8;
const NEAR = 80;

/** Rows come fullest first: the fuller window of each call or member is enough. */
const fullest = (rows) => [...new Map([...rows].reverse().map((row) => [row.path || row.userid, row])).values()].sort((a, b) => b.percent - a.percent);

const bar = ({ path, userid, window: kept, count, limit, percent }) =>
  h(
    "div.bar-row",
    h("span.bar-name", path || `消息 → ${userid}`),
    h("span.bar-count", `${count.toLocaleString()} / ${limit.toLocaleString()} 每${WINDOWS[kept]}`),
    h(`div.bar${percent >= 100 ? ".full" : percent >= NEAR ? ".near" : ""}`, h("span", { style: { width: `${Math.min(100, percent)}%` } })),
  );

export const limitsPart = () => {
  const bars = h("div.bars");
  const fields = FIGURES.map(([key, label]) => ({ key, ...numberField(label, { step: "1", name: key }) }));
  const path = h("input", { list: "paths", placeholder: "message/send", "aria-label": "接口", autocomplete: "off", spellcheck: "false" });
  const own = numberField("每分钟", { step: "1", placeholder: "10" });
  const overrides = h("div.tags-line");
  let paths = {};

  const asked = news();
  const set = async (body, done) => {
    const answer = await asked.change(attempt(() => control.post("limits", body), done));
    if (answer) show(answer, true);
  };
  const show = (answer, force = false) => {
    paths = answer.paths;
    fields.forEach(({ key, show: put }) => put(answer[key], force));
    fill(bars, answer.use.length ? fullest(answer.use).slice(0, SHOWN).map(bar) : h("p.empty", "这一小时还没有调用。"));
    const drop = (name) => () => set({ paths: Object.fromEntries(Object.entries(paths).filter(([each]) => each !== name)) }, "已取消");
    const words = ({ per_minute: minute, per_hour: hour }) => [minute !== undefined && `${minute}/分钟`, hour !== undefined && `${hour}/小时`].filter(Boolean).join(" ");
    refill(overrides, [paths], () => Object.entries(paths).map(([name, figures]) => h("button.chip", { type: "button", title: "取消这一条", onclick: drop(name) }, `${name} ${words(figures)} ×`)));
  };
  const apply = (event) => {
    event.preventDefault();
    set(Object.fromEntries(fields.map(({ key, value }) => [key, value()])), "限制已更新");
  };
  const override = (event) => {
    event.preventDefault();
    if (path.value && own.value() !== undefined) set({ paths: { ...paths, [path.value.trim()]: { per_minute: own.value() } } }, "限制已更新");
  };
  const look = async () => {
    const answer = await asked.look(control.get("limits"));
    if (answer) show(answer);
  };
  const node = part(
    "limits", "频率限制", "",
    bars,
    h("form.form", { onsubmit: apply }, h("div.fields", fields.map((each) => each.node)),
      h("div.part-actions",
        button("缩到每分钟 10 次", () => set({ per_minute: 10, member_per_minute: 3 }, "限制已更新"), "", "small"),
        button("恢复文档数值", () => set({ reset: true }, "已恢复"), "", "small"),
        h("button.button.small.primary", "应用"))),
    h("form.inline", { onsubmit: override }, h("label.field.grow", h("span", "单个接口"), path), own.node, h("button.button.small", "设置")),
    overrides,
  );
  return { node, look };
};
