// A window to find one person in a long list by typing.

import { avatar } from "./avatar.js";
import { openDialog } from "./dialog.js";
import { fill, h } from "./element.js";
import { icon } from "./icons.js";
import { keyed } from "./list.js";
import { attempt } from "./toast.js";

const TYPING_MS = 180;

const row = (person, pick) =>
  h(
    "button.row",
    { type: "button", onclick: () => pick(person) },
    avatar(person.name, person.avatar),
    h("span.row-text", h("span.row-name", person.name, person.badge && h("em.badge", person.badge)), h("span.row-note", person.note)),
  );

/** openPicker({title, placeholder, find(q) → people, pick(person), extra?(close) → node}); people: {name, avatar, note, badge}. */
export const openPicker = ({ title, placeholder, find, pick, extra }) =>
  openDialog(title, (close) => {
    const rows = h("div.rows");
    const choose = (person) => {
      close();
      pick(person);
    };
    // Somebody who is found again keeps her row: a finger may be on it.
    const render = keyed(rows, { key: (person) => JSON.stringify(person), build: (person) => row(person, choose) });
    let asked = 0;
    const load = async (q) => {
      const mine = ++asked;
      const people = await attempt(() => find(q));
      if (!people || mine !== asked) return;
      if (people.length) render(people);
      else fill(rows, h("p.empty", "没有找到"));
    };
    let timer = 0;
    const onType = (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => load(event.target.value.trim()), TYPING_MS);
    };
    load("");
    return [
      h("label.search", icon("search"), h("input", { type: "search", placeholder, oninput: onType, autofocus: true })),
      extra && extra(close),
      rows,
    ];
  });
