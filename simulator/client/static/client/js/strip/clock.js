// The simulator's clock: shows it, moves it on, stops it.

import * as control from "../control.js";
import { h } from "../element.js";
import { icon } from "../icons.js";
import { clockFace, dayFace, now, setNow } from "../time.js";
import { attempt } from "../toast.js";

const HOUR = 3600;

/** `jumps`: further buttons [text, body of POST clock]; `onJump` is called after the clock was moved by hand. */
export const clockControl = (onJump, jumps = []) => {
  const day = h("span.clock-day");
  const face = h("time.clock-face");
  const pause = h("button.chip", { type: "button" }, "暂停");
  let paused = false;
  let stoppedAt = 0;

  const show = (answer) => {
    setNow(answer.now);
    paused = Boolean(answer.paused);
    stoppedAt = answer.now;
    pause.textContent = paused ? "继续" : "暂停";
    pause.setAttribute("aria-pressed", String(paused));
  };
  const move = (body) => async () => {
    const answer = await attempt(() => control.post("clock", body));
    if (answer) {
      show(answer);
      tick();
      onJump();
    }
  };
  const tick = () => {
    const at = paused ? stoppedAt : now();
    day.textContent = dayFace(at);
    face.textContent = clockFace(at);
  };
  pause.addEventListener("click", () => move(paused ? { resume: true } : { pause: true })());
  setInterval(tick, 500);
  tick();
  const node = h(
    "div.strip-group",
    h("span.clock", icon("clock"), day, face),
    h("button.chip", { type: "button", onclick: move({ advance: HOUR }) }, "+1 小时"),
    h("button.chip", { type: "button", onclick: move({ advance: 24 * HOUR }) }, "+1 天"),
    jumps.map(([text, body]) => h("button.chip", { type: "button", onclick: move(body) }, text)),
    pause,
  );
  return { node, show };
};
