// Ticking some of many people or groups; long lists are searched, not scrolled.

import { avatar, groupFace } from "../avatar.js";
import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { contactName } from "./people.js";

const SHOWN = 80;

/** personChecks([{id, name, words, avatar, faces}], placeholder, ids ticked before) → {node, chosen() → ids}. */
export const personChecks = (people, placeholder, before = []) => {
  const known = new Set(people.map(({ id }) => id));
  const chosen = new Set(before.filter((id) => known.has(id)));
  const rows = h("div.checks");
  const count = h("span.checks-count", { "aria-live": "polite" });
  const note = () => (count.textContent = `已选 ${chosen.size} / ${people.length}`);
  const tick = (id) => (event) => {
    chosen[event.target.checked ? "add" : "delete"](id);
    note();
  };
  const row = (each) =>
    h(
      "label.check-row",
      h("input", { type: "checkbox", checked: chosen.has(each.id), onchange: tick(each.id) }),
      each.faces ? groupFace(each.faces, "small") : avatar(each.name, each.avatar, "small"),
      h("span.row-title", each.name),
    );
  const paint = (q = "") => {
    const fits = people.filter((each) => `${each.name} ${each.words || ""}`.includes(q));
    const more = fits.length - SHOWN;
    fill(rows, fits.slice(0, SHOWN).map(row), more > 0 && h("p.checks-more", `还有 ${more} 个，请搜索`), !fits.length && h("p.empty", "没有找到"));
  };
  const all = (on) => () => {
    chosen.clear();
    if (on) known.forEach((id) => chosen.add(id));
    paint();
    note();
  };
  paint();
  note();
  const input = h("input", { type: "search", placeholder, "aria-label": placeholder, oninput: (event) => paint(event.target.value.trim()) });
  const button = (word, on) => h("button.button.small", { type: "button", onclick: all(on) }, word);
  const node = h("div.checks-box", h("div.checks-head", h("label.search", icon("search"), input), button("全选", true), button("清空", false)), rows, count);
  return { node, chosen: () => [...chosen] };
};

/** The guide's customers who are her friends. */
export const customerChecks = (contacts, before) =>
  personChecks(
    contacts
      .filter(({ relation }) => relation === "mutual")
      .map((contact) => ({ id: contact.external_userid, name: contactName(contact), words: contact.name, avatar: contact.avatar })),
    "搜索客户",
    before,
  );
