// The strip over both sides: the simulator's clock, callbacks on their way, faults; on narrow screens a page of its own.

import * as control from "../control.js";
import { confirmThen } from "../dialog.js";
import { fill, h } from "../element.js";
import { place } from "../place.js";
import { setNow } from "../time.js";
import { attempt } from "../toast.js";
import { callbacksControl } from "./callbacks.js";
import { clockControl } from "./clock.js";
import { faultsControl } from "./faults.js";

const EVERY_MS = 2500;

const reset = () =>
  confirmThen("重置模拟器", "企业、客户、聊天和应用消息都回到样例数据的开头。产品里的数据不会变。", "重置", async () => {
    if (await attempt(() => control.post("reset", { brand: "sample" }))) {
      Object.keys(place).forEach((name) => (place[name] = ""));
      location.replace(location.pathname + location.search);
    }
  });

/** `onJump` is called after the clock was moved by hand. */
export const strip = (bar, page, onJump) => {
  const clock = clockControl(onJump);
  const callbacks = callbacksControl();
  const faults = faultsControl();
  const controls = h("div.strip-controls", clock.node, callbacks.node, faults.node, h("button.chip", { type: "button", onclick: reset }, "重置"));
  const home = () => (document.documentElement.classList.contains("narrow") ? page : bar).append(controls);
  fill(bar, h("h1", h("span.logo", "企"), "企业微信模拟器"));
  fill(page, h("h2", "模拟控制"));
  home();
  new MutationObserver(home).observe(document.documentElement, { attributeFilter: ["class"] });

  const look = async () => {
    try {
      const health = await control.get("health");
      setNow(health.now);
      bar.classList.remove("silent");
      callbacks.show(health.pending_callbacks);
      await Promise.all([clock.look(), faults.look()]);
    } catch {
      // The page outlives a restart of the simulator: say so and keep asking.
      bar.classList.add("silent");
    }
  };
  look();
  setInterval(() => document.hidden || look(), EVERY_MS);
};
