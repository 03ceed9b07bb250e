// All that the guide's window shows besides the open chat: read once in one request, then only what changed.

import { look, several } from "../control.js";

const MOST_ROWS = 20;

const around = (userid) => [
  look(["groups"], { userid, limit: 400 }),
  look(["kf", "sessions"], { userid, limit: 200 }),
  look(["members", userid, "group_sends"]),
  look(["members", userid, "moments"]),
];

const take = ([groups, sessions, sends, moments]) => ({
  groups: groups?.groups || [],
  sessions: sessions?.sessions || [],
  sends: sends?.group_sends || [],
  moments: moments?.moments || [],
});

/** {me, groups, sessions, sends, moments}; null when there is no such member. */
export const readDesk = async (userid) => {
  const [me, ...rest] = await several([look(["members", userid]), ...around(userid)]);
  return me ? { me, ...take(rest) } : null;
};

/** The desk after changes with these customers (ids; "" is anything else); many at once are read afresh. */
export const updateDesk = async (desk, changed) => {
  const { userid, contacts } = desk.me;
  const ids = [...new Set(changed)].filter(Boolean);
  if (ids.length > MOST_ROWS) return readDesk(userid);
  const rows = ids.map((id) => look(["members", userid, "contacts", id]));
  const [me, ...answers] = await several([look(["members", userid], { contacts: 0 }), ...around(userid), ...rows]);
  if (!me) return null;
  const fresh = new Map(answers.slice(4).filter(Boolean).map((contact) => [contact.external_userid, contact]));
  const kept = contacts.map((contact) => fresh.get(contact.external_userid) || contact);
  const known = new Set(contacts.map((contact) => contact.external_userid));
  const added = [...fresh.values()].filter((contact) => !known.has(contact.external_userid));
  return { me: { ...me, contacts: [...added, ...kept] }, ...take(answers) };
};
