// What this browser has shown of each conversation: a later line of somebody else's is unread.

import { now } from "../time.js";

const nameOf = (userid) => `wecom-seen/${userid}`;
let userid = "";
let seen = { since: 0, at: {} };

const load = (wanted) => {
  userid = wanted;
  seen = { since: now(), at: {} };
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(userid)));
    // A simulator that started over lives earlier than what was seen before.
    if (kept && kept.since <= now()) seen = kept;
  } catch {
    localStorage.removeItem(nameOf(userid));
  }
  save();
};

const save = () => localStorage.setItem(nameOf(userid), JSON.stringify(seen));

export const isUnread = (member, key, at, mine) => {
  if (member !== userid) load(member);
  return !mine && at > Math.max(seen.since, seen.at[key] || 0);
};

export const markSeen = (member, key, at) => {
  if (member !== userid) load(member);
  if (at <= (seen.at[key] || 0)) return;
  seen.at[key] = at;
  save();
};
