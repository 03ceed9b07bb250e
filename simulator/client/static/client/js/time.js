// Times as chat apps write them, in Shanghai, measured against the simulator's clock.

const ZONE = "Asia/Shanghai";
const part = (options) => new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, ...options });
const CLOCK = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECONDS = part({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = part({ month: "numeric", day: "numeric" });
const FULL_DAY = part({ year: "numeric", month: "numeric", day: "numeric" });
const WEEKDAY = part({ weekday: "short" });
const KEY = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });

let ahead = 0;
export const setNow = (unix) => {
  ahead = unix - Date.now() / 1000;
};
export const now = () => Date.now() / 1000 + ahead;

const date = (unix) => new Date(unix * 1000);

/** The Shanghai day as 2026-11-21. */
export const dayOf = (unix) => KEY.format(date(unix));
const daysAgo = (unix) => Math.round((Date.parse(dayOf(now())) - Date.parse(dayOf(unix))) / 864e5);

export const hourMinute = (unix) => CLOCK.format(date(unix));
export const clockFace = (unix) => SECONDS.format(date(unix));
export const dayFace = (unix) => `${DAY.format(date(unix)).replace("/", "月")}日 ${WEEKDAY.format(date(unix))}`;
export const fullDay = (unix) => FULL_DAY.format(date(unix));

/** 14:05 · 昨天 · 周三 · 6/3, as a conversation list shows it. */
export const brief = (unix) => {
  const days = daysAgo(unix);
  if (days <= 0) return hourMinute(unix);
  if (days === 1) return "昨天";
  return days < 7 ? WEEKDAY.format(date(unix)) : DAY.format(date(unix));
};

/** The line between messages that lie more than five minutes apart. */
export const divider = (unix) => {
  const days = daysAgo(unix);
  if (days <= 0) return hourMinute(unix);
  return `${days === 1 ? "昨天" : days < 7 ? WEEKDAY.format(date(unix)) : fullDay(unix)} ${hourMinute(unix)}`;
};
