// Faults in Chinese: what the caller feels, and how often.

export const KINDS = [
  ["errcode", "错误码"],
  ["latency", "变慢"],
  ["hang", "不答复"],
  ["reset", "断开连接"],
  ["html", "返回网页"],
  ["http", "HTTP 状态"],
];

export const DISTRIBUTIONS = [
  ["uniform", "均匀"],
  ["normal", "正态"],
  ["long-tail", "长尾"],
];

const span = ({ distribution, seconds, mean, deviation, median, p99 }) => {
  if (distribution === "normal") return `约 ${mean} 秒（±${deviation}）`;
  if (distribution === "long-tail") return `中位 ${median} 秒，99% 在 ${p99} 秒内`;
  return `${[...new Set([seconds].flat())].join("～")} 秒`;
};

const felt = (fault) =>
  ({
    errcode: `错误码 ${fault.errcode}`,
    latency: `延迟 ${span(fault)}`,
    hang: `${span(fault)}不答复`,
    reset: "断开连接",
    html: `返回网页 ${fault.status}`,
    http: `HTTP ${fault.status}`,
  })[fault.kind] || fault.kind;

export const pathWords = (path) => (path === "*" ? "所有接口" : path);

export const often = ({ times, hits, share, spent }) => {
  if (spent) return "次数已用完";
  if (times) return `剩 ${Math.max(0, times - hits)} 次`;
  return share < 1 ? `${Number((share * 100).toFixed(1))}% 的调用` : "每次调用";
};

/** message/send · 错误码 45009 · 剩 3 次 */
export const words = (fault) => [pathWords(fault.path), felt(fault), often(fault), fault.after && "结果丢失"].filter(Boolean).join(" · ");
