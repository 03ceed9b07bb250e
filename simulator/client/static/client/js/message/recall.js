// Which lines can still be taken back: those of the last two minutes on the simulator's clock.

import { now } from "../time.js";

const SECONDS = 120;

export const isFresh = (at) => now() - at < SECONDS;

/** whenStale(again)(moments): calls `again` once the next of these moments is two minutes old. */
export const whenStale = (again) => {
  let timer = 0;
  return (moments) => {
    clearTimeout(timer);
    const left = moments.filter(isFresh).map((at) => SECONDS - (now() - at));
    if (left.length) timer = setTimeout(again, (Math.min(...left) + 1) * 1000);
  };
};
