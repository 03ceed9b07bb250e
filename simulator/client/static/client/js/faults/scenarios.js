// Named scenarios: start one, watch it, stop it.

import * as control from "../control.js";
import { fill, h, refill } from "../element.js";
import { newest } from "../newest.js";
import { attempt } from "../toast.js";
import { numberField, part } from "./part.js";

const STATES = { finished: "已演完", stopped: "已停止", broken: "中途出错" };
const total = (counts) => Object.values(counts).reduce((sum, each) => sum + each, 0);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const tally = ({ done, refused }) => `做成 ${total(done)} 件${total(refused) ? `，未成 ${total(refused)} 件` : ""}`;

const outline = (steps) => h("ol.steps", steps.map((step) => h("li", step)));

const card = (scenario, start) => {
  const minutes = numberField("几分钟", { value: String(scenario.minutes), max: "240" });
  const rate = numberField(scenario.rate_means, { value: String(scenario.rate) });
  const seed = numberField("种子", { step: "1", value: "7" });
  const options = () => ({ minutes: minutes.value(), rate: rate.value(), seed: seed.value() });
  return h(
    "article.scenario-card",
    h("div.scenario-head", h("h3", scenario.title), h("button.button.small.primary", { type: "button", onclick: () => start(scenario.name, options()) }, "开始")),
    h("p", scenario.description),
    h("details", h("summary", "步骤与参数"), outline(scenario.steps), h("div.fields.three", minutes.node, rate.node, seed.node)),
  );
};

/** `changed` is called after one was started or stopped: faults and limits moved with it. */
export const scenariosPart = (changed) => {
  const now = h("div.now-playing", { "aria-live": "polite" });
  const cards = h("div.scenario-cards");
  const ask = newest();
  let known = 0;

  const start = async (name, options) => {
    if (await attempt(() => control.post(`scenarios/${name}`, options), "场景开始了")) changed();
  };
  const stop = async () => {
    await attempt(() => control.remove("scenarios"), "场景已停止，现场已恢复");
    changed();
  };
  const filled = h("span");
  const bar = h("div.bar", { role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" }, filled);
  const note = h("p.part-note");
  const show = (run) => {
    bar.setAttribute("aria-valuenow", String(run.percent));
    filled.style.width = `${run.percent}%`;
    note.textContent = `${run.step} · ${clock(run.elapsed)} / ${clock(run.seconds)} · ${tally(run)}`;
    refill(now, ["playing", run.title], () => [
      h("div.scenario-head", h("h3", run.title), h("button.button.small.danger", { type: "button", onclick: stop }, "停止")),
      bar,
      note,
    ]);
  };
  const ended = (run) => h("p.part-note", `${run.title}：${STATES[run.state]}，用时 ${clock(run.elapsed)}，${tally(run)}。`);

  const look = async () => {
    const answer = await ask(control.get("scenarios"));
    if (!answer) return;
    const { scenarios, running, last } = answer;
    if (running) show(running);
    else fill(now, last && ended(last));
    now.classList.toggle("on", Boolean(running));
    cards.classList.toggle("waiting", Boolean(running));
    if (known === scenarios.length) return;
    known = scenarios.length;
    fill(cards, scenarios.map((each) => card(each, start)));
  };
  return { node: part("scenarios", "场景", "", now, cards), look };
};
