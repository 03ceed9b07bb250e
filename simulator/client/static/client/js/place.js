// Where the person is: which member, which conversation, which customer. Kept in the address so a reload stays there.

const NAMES = ["member", "with", "customer", "peer", "panel"];
const listeners = new Set();

const read = () => {
  const hash = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(NAMES.map((name) => [name, hash.get(name) || ""]));
};

/** member: userid · with: "app" or external_userid · customer: external_userid · peer: userid · panel: "sidebar" or "". */
export const place = read();

export const go = (changes) => {
  const before = { ...place };
  Object.assign(place, changes);
  const kept = Object.entries(place).filter(([, value]) => value);
  history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
  const moved = NAMES.filter((name) => before[name] !== place[name]);
  if (moved.length) listeners.forEach((listener) => listener(moved));
};

/** listener(names of what moved) after every change. */
export const onMove = (listener) => listeners.add(listener);

window.addEventListener("hashchange", () => go(read()));
