// The form that makes a fault: where, what, how often.

import * as control from "../control.js";
import { h } from "../element.js";
import { attempt } from "../toast.js";
import { button, choice, numberField, part } from "./part.js";
import { PRESETS } from "./presets.js";
import { DISTRIBUTIONS, KINDS } from "./words.js";

const FIGURES = {
  uniform: [["最少（秒）", "0.5"], ["最多（秒）", "2"]],
  normal: [["平均（秒）", "0.8"], ["标准差（秒）", "0.2"]],
  "long-tail": [["中位数（秒）", "0.3"], ["99% 以内（秒）", "5"]],
};
const OFTEN = [["times", "前几次"], ["share", "一部分"], ["always", "直到停止"]];
const LOST = ["hang", "reset", "html", "http"];
const OWN_STATUS = { html: "502", http: "503" };

const latency = (distribution, first, second) => {
  if (distribution === "normal") return { distribution, mean: first, deviation: second };
  if (distribution === "long-tail") return { distribution, median: first, p99: second };
  return { seconds: [first, second] };
};

/** `made` is called after a fault was made. */
export const makePart = (paths, errcodes, made) => {
  const chosen = { kind: "errcode", distribution: "uniform", often: "times" };
  const path = h("input", { name: "path", list: "paths", value: "message/send", required: true, autocomplete: "off", spellcheck: "false" });
  const code = h("input", { name: "errcode", list: "errcodes", value: "45009", inputmode: "numeric", autocomplete: "off" });
  const meaning = h("small.meaning");
  const first = numberField("", { name: "first" });
  const second = numberField("", { name: "second" });
  const silence = numberField("多久（秒）", { name: "silence", value: "30" });
  const status = numberField("状态码", { name: "status", step: "1", value: "503" });
  const times = numberField("次数", { name: "times", step: "1", min: "1", value: "5" });
  const share = numberField("占调用的 %", { name: "share", max: "100", value: "50" });
  const after = h("input", { type: "checkbox", name: "after" });
  const boxes = {
    errcode: h("div.fields", h("label.field", h("span", "错误码"), code, meaning)),
    latency: h("div.fields", h("div.field.wide", h("span", "时长分布"), choice("distribution", DISTRIBUTIONS, "uniform", (value) => shape(value))), first.node, second.node),
    hang: h("div.fields", silence.node),
    status: h("div.fields", status.node),
    after: h("label.switch", after, h("span", "先执行再出故障：答复丢失，效果还在")),
  };

  const name = () => {
    const known = errcodes.find(({ errcode }) => String(errcode) === code.value.trim());
    meaning.textContent = known ? known.name || known.text : "";
  };
  const shape = (distribution) => {
    chosen.distribution = distribution;
    [first, second].forEach(({ node, input }, at) => {
      [node.firstChild.textContent, input.value] = FIGURES[distribution][at];
    });
  };
  const show = (kind) => {
    chosen.kind = kind;
    for (const each of ["errcode", "latency", "hang"]) boxes[each].hidden = kind !== each;
    boxes.status.hidden = !OWN_STATUS[kind];
    if (OWN_STATUS[kind]) status.input.value = OWN_STATUS[kind];
    boxes.after.hidden = !LOST.includes(kind);
  };
  const repeat = (often) => {
    chosen.often = often;
    times.node.hidden = often !== "times";
    share.node.hidden = often !== "share";
  };

  const wanted = () => {
    const { kind, distribution, often } = chosen;
    const body = { path: path.value.trim(), kind };
    if (kind === "errcode") body.errcode = Number(code.value);
    if (kind === "latency") Object.assign(body, latency(distribution, first.value(), second.value()));
    if (kind === "hang") body.seconds = silence.value();
    if (OWN_STATUS[kind]) body.status = status.value();
    if (LOST.includes(kind) && after.checked) body.after = true;
    if (often === "times") body.times = times.value();
    if (often === "share") body.share = share.value() / 100;
    return body;
  };
  const send = async (event) => {
    event.preventDefault();
    if (await attempt(() => control.post("faults", wanted()), "故障已开始")) made();
  };
  code.addEventListener("input", name);
  name();
  show("errcode");
  shape("uniform");
  repeat("times");
  const form = h(
    "form.form",
    { onsubmit: send },
    h("label.field", h("span", "接口（* 为全部，kf/* 为一类）"), path),
    h("div.field", h("span", "表现"), choice("kind", KINDS, "errcode", show)),
    Object.values(boxes),
    h("div.field", h("span", "多频繁"), choice("often", OFTEN, "times", repeat)),
    h("div.fields", times.node, share.node),
    h("div.part-actions", h("button.button.primary", "开始故障")),
  );
  const presets = h("div.presets", PRESETS.map(([text, action]) => button(text, async () => (await action(), made()), "已生效", "small")));
  return { node: part("make", "制造故障", "", form, h("h3", "常用"), presets) };
};
