// Escape closes what lies on top: an open menu, the customer's web page, the guide's side panel. Dialogs close by themselves.

import { go, place } from "./place.js";

export const onEscape = () =>
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const menus = document.querySelectorAll("details.menu[open], details.card-menu[open], .app-menu details[open]");
    if (menus.length) menus.forEach((menu) => (menu.open = false));
    else if (place.web && document.activeElement?.closest(".wechat")) go({ web: "" });
    else if (place.panel && !document.activeElement?.closest(".wechat")) go({ panel: "" });
  });
