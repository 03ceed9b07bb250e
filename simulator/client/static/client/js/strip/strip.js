// The strip over both sides: clock, limits used, callbacks on their way, faults, the scenario; on narrow screens a page of its own.

import * as control from "../control.js";
import { confirmThen } from "../dialog.js";
import { fill, h } from "../element.js";
import { place } from "../place.js";
import { attempt } from "../toast.js";
import { callbacksControl } from "./callbacks.js";
import { clockControl } from "./clock.js";
import { faultsControl } from "./faults.js";
import { limitsControl } from "./limits.js";
import { scenarioControl } from "./scenario.js";

const EVERY_MS = 2500;

const BRANDS = { sample: "样例品牌", empty: "空企业", small: "小型品牌", medium: "中型品牌", bosideng: "大型品牌" };
const homeWords = ({ home }) => `${BRANDS[home.brand] || `品牌文件 ${home.brand.split("/").at(-1)}`}（种子 ${home.seed}）`;

const reset = async () => {
  const health = await attempt(() => control.get("health"));
  if (!health) return;
  const words = `企业、客户、聊天和应用消息都回到启动时的${homeWords(health)}，时钟回到真实时间。产品里的数据不会变。`;
  confirmThen("重置模拟器", words, "重置", async () => {
    if (await attempt(() => control.post("reset"))) {
      Object.keys(place).forEach((name) => (place[name] = ""));
      location.replace(location.pathname + location.search);
    }
  });
};

/** `onJump` is called after the clock was moved by hand. */
export const strip = (bar, page, onJump) => {
  const [clock, limits, callbacks] = [clockControl(onJump), limitsControl(), callbacksControl()];
  const [faults, scenario] = [faultsControl(), scenarioControl()];
  const parts = [clock, limits, callbacks, faults, scenario].map(({ node }) => node);
  const controls = h("div.strip-controls", parts, h("button.chip", { type: "button", onclick: reset }, "重置"));
  const home = () => (document.documentElement.classList.contains("narrow") ? page : bar).append(controls);
  fill(bar, h("h1", h("span.logo", "企"), "企业微信模拟器"));
  fill(page, h("h2", "模拟控制"));
  home();
  new MutationObserver(home).observe(document.documentElement, { attributeFilter: ["class"] });

  const look = async () => {
    try {
      const status = await control.get("status");
      clock.show(status);
      limits.show(status.fullest);
      callbacks.show(status.pending_callbacks);
      faults.show(status.faults, status.disturbed);
      scenario.show(status.running);
      bar.classList.remove("silent");
    } catch {
      // The page outlives a restart of the simulator: say so and keep asking.
      bar.classList.add("silent");
    }
  };
  look();
  setInterval(() => document.hidden || look(), EVERY_MS);
};
