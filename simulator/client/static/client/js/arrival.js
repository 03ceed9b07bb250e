// A code scanned with a real camera (/c/…, /g/…, /kf/…, /ca/…) leads back here with the people it brought together.

import { go } from "./place.js";

export const enterAsScanned = () => {
  const asked = new URLSearchParams(location.search);
  const customer = asked.get("external_userid");
  if (!customer) return;
  const [userid, chatId, openKfid] = ["userid", "chat_id", "kf"].map((name) => asked.get(name));
  const peer = (openKfid && `kf:${openKfid}`) || (chatId && `group:${chatId}`) || userid || "";
  go({ ...(userid ? { member: userid } : {}), customer, peer, tab: "", web: "" });
  ["userid", "external_userid", "chat_id", "kf"].forEach((name) => asked.delete(name));
  history.replaceState(null, "", `${location.pathname}${asked.size ? `?${asked}` : ""}${location.hash}`);
};
