// The app's menu under its chat, two levels as menu/create made it.

import * as control from "../control.js";
import { h } from "../element.js";
import { icon } from "../icons.js";
import { attempt, toast } from "../toast.js";
import { openPage } from "./panel.js";

const press = (entry, me) => {
  if (entry.type === "view") openPage(entry.url);
  if (entry.type === "view" || entry.type === "click") {
    return attempt(() => control.act("member_clicks_menu", { userid: me.userid, key: entry.key || entry.url }));
  }
  return toast(`模拟器里打不开「${entry.name}」这类菜单`);
};

const leaf = (entry, me) =>
  h(
    "button",
    {
      type: "button",
      onclick: (event) => {
        const group = event.target.closest("details");
        if (group) group.open = false;
        press(entry, me);
      },
    },
    entry.name,
  );

const group = (entry, me) =>
  h("details", { name: "app-menu" }, h("summary", icon("menu"), entry.name), h("div.app-menu-list", entry.sub_button.map((each) => leaf(each, me))));

export const appMenu = (me) =>
  h("nav.app-menu", { "aria-label": "应用菜单" }, (me.menu || []).map((entry) => (entry.sub_button?.length ? group(entry, me) : leaf(entry, me))));
