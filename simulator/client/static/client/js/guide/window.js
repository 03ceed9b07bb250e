// The guide's WeCom: conversations on the left, the open chat in the middle, her webview on the right.

import * as control from "../control.js";
import { fill, h } from "../element.js";
import { newest } from "../newest.js";
import { go, place } from "../place.js";
import { attempt } from "../toast.js";
import { isNarrow } from "../width.js";
import { appChat } from "./app_chat.js";
import { conversations } from "./conversations.js";
import { customerChat } from "./customer_chat.js";
import { panel } from "./panel.js";

const FIRST_MEMBER = "lixiaomei";

export const guideWindow = (root) => {
  const list = h("div.column.list");
  const main = h("div.column.main");
  const side = h("div.column.side");
  fill(root, list, main, side);

  const webview = panel(side);
  const shownList = conversations(list);
  let chat = null;
  let me = null;
  const ask = newest();

  const level = () => {
    const inside = webview.isOpen() ? "panel" : place.with ? "chat" : "list";
    document.body.dataset.guide = inside;
    root.classList.toggle("with-panel", webview.isOpen());
  };

  const openChat = () => {
    const wanted = place.with || (isNarrow() || !me?.apps.length ? "" : "app");
    if (!me || !wanted) return fill(main);
    const key = `${me.userid}/${wanted}`;
    if (chat?.key !== key) {
      chat = wanted === "app" ? appChat(main) : customerChat(main, wanted);
      chat.key = key;
    }
    return chat.show(me);
  };

  const refresh = async () => {
    if (!place.member) return;
    const found = await ask(attempt(() => control.member(place.member)));
    if (!found) return;
    me = found;
    shownList.show(me);
    await openChat();
  };

  const moved = (names) => {
    webview.show();
    level();
    if (names.includes("member")) return refresh();
    if (!me) return undefined;
    shownList.show(me);
    return openChat();
  };

  const start = async () => {
    if (!place.member) {
      const people = (await attempt(() => control.members())) || [];
      const first = people.find(({ userid }) => userid === FIRST_MEMBER) || people[0];
      if (!first) return fill(main, h("p.empty", "这个企业还没有成员。"));
      go({ member: first.userid });
    }
    moved([]);
    return refresh();
  };

  return { start, refresh, moved };
};
