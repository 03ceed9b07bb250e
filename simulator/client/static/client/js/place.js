// Where the person is: which member, which conversation, which customer. Kept in the address so a reload stays there.

const NAMES = ["member", "with", "panel", "customer", "peer", "tab", "web"];
const listeners = new Set();

const read = () => {
  const hash = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(NAMES.map((name) => [name, hash.get(name) || ""]));
};

/**
 * The guide: member (userid), with ("app", "sends", "moments", external_userid, "group:<chat_id>" or
 * "kf:<open_kfid>:<external_userid>"), panel ("sidebar" or a page's address).
 * The customer: customer (external_userid), peer (userid, "group:<chat_id>" or "kf:<open_kfid>"),
 * tab ("" chats, "discover", "moments", "me"), web (the page her WeChat has open).
 */
export const place = read();

const hashOf = (where) => `#${new URLSearchParams(Object.entries(where).filter(([, value]) => value))}`;

export const go = (changes) => {
  const before = { ...place };
  Object.assign(place, changes);
  history.replaceState(null, "", hashOf(place));
  const moved = NAMES.filter((name) => before[name] !== place[name]);
  if (moved.length) listeners.forEach((listener) => listener(moved));
};

/** The address of this page with these places instead, for another window. */
export const linkTo = (where) => location.pathname + location.search + hashOf(where);

/** listener(names of what moved) after every change. */
export const onMove = (listener) => listeners.add(listener);

/** {kind: "app" | "sends" | "moments" | "customer" | "group" | "kf", id, external} of place.with; kind "" for nothing. */
export const talkOf = (key) => {
  if (["app", "sends", "moments", ""].includes(key)) return { kind: key };
  const [lead, id, external] = key.split(":");
  if (id === undefined) return { kind: "customer", id: key };
  return lead === "group" ? { kind: "group", id } : { kind: "kf", id, external };
};

window.addEventListener("hashchange", () => go(read()));
