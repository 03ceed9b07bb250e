// Starts the page: the strip, the guide's side, the customer's side; one stream tells both what changed.

import { customerPhone } from "./customer/phone.js";
import { guideWindow } from "./guide/window.js";
import { enterAsScanned } from "./arrival.js";
import { onEscape } from "./escape.js";
import { go, onMove, place } from "./place.js";
import { sides } from "./sides.js";
import { follow } from "./stream.js";
import { strip } from "./strip/strip.js";
import { watchWidth } from "./width.js";

if (!place.member) go({ member: document.documentElement.dataset.member });
enterAsScanned();
const guide = guideWindow(document.getElementById("guide"));
const customer = customerPhone(document.getElementById("customer"));
const refreshBoth = () => Promise.all([guide.refresh(), customer.refresh()]);
strip(document.getElementById("strip"), document.getElementById("controls"), refreshBoth);
sides(document.getElementById("sides"));
onEscape();

const people = () => ({ userid: place.member, external_userid: place.customer });
const onChanges = (changes) => {
  const hers = changes.filter(({ userid }) => userid === place.member.toLowerCase());
  if (hers.length) guide.update(hers.map(({ external_userid: id }) => id));
  if (changes.some(({ external_userid: id }) => id && id === place.customer)) customer.refresh();
};
const listen = follow(people, onChanges, refreshBoth);

onMove(async (moved) => {
  guide.moved(moved);
  customer.moved(moved);
  if (!moved.includes("member") && !moved.includes("customer")) return;
  // What changed between the old stream and the new was told to nobody: listen first, then read both again.
  await listen();
  refreshBoth();
});
watchWidth(() => guide.moved([]));
await listen();
await refreshBoth();
