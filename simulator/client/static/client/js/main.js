// Starts the page: the strip, the guide's side, the customer's side; each keeps itself up to date.

import { customerPhone } from "./customer/phone.js";
import { guideWindow } from "./guide/window.js";
import { go, onMove, place } from "./place.js";
import { sides } from "./sides.js";
import { follow } from "./stream.js";
import { strip } from "./strip/strip.js";
import { watchWidth } from "./width.js";

const guide = guideWindow(document.getElementById("guide"));
const customer = customerPhone(document.getElementById("customer"));
strip(document.getElementById("strip"), document.getElementById("controls"), () => (guide.refresh(), customer.refresh()));
sides(document.getElementById("sides"));

const followGuide = follow(() => ({ userid: place.member }), guide.refresh);
const followCustomer = follow(() => ({ external_userid: place.customer }), customer.refresh);

onMove((moved) => {
  guide.moved(moved);
  customer.moved(moved);
  followGuide();
  followCustomer();
});
watchWidth(() => guide.moved([]));
// A code scanned with a real camera (/c/<config_id>) leads back here with the two people it brought together.
const scanned = new URLSearchParams(location.search);
if (scanned.get("external_userid")) {
  go({ member: scanned.get("userid"), customer: scanned.get("external_userid"), peer: scanned.get("userid") });
  history.replaceState(null, "", location.pathname + location.hash);
}
await Promise.all([guide.start(), customer.start()]);
followGuide();
followCustomer();
