// Starts the page: the strip, the guide's side, the customer's side; each keeps itself up to date.

import { customerPhone } from "./customer/phone.js";
import { guideWindow } from "./guide/window.js";
import { onMove, place } from "./place.js";
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
await Promise.all([guide.start(), customer.start()]);
followGuide();
followCustomer();
