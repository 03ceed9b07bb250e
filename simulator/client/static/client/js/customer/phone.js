// The customer's WeChat: who she is, which guides she has, her chat with one of them, scanning a guide's code.

import { fill, h } from "../element.js";
import * as control from "../control.js";
import { newest } from "../newest.js";
import { place } from "../place.js";
import { attempt } from "../toast.js";
import { customerTalk } from "./talk.js";
import { guideList } from "./guides.js";
import { welcome } from "./welcome.js";

export const customerPhone = (root) => {
  const screen = h("div.screen");
  fill(root, h("div.wechat-frame", screen));
  let shown = "";
  let view = null;
  const ask = newest();

  const enter = (key, make) => {
    if (shown !== key) {
      shown = key;
      view = make();
    }
    return view;
  };

  const refresh = async () => {
    document.body.dataset.customer = place.customer ? (place.peer ? "chat" : "list") : "none";
    if (!place.customer) return enter("welcome", () => welcome(screen)).show();
    const me = await ask(attempt(() => control.customer(place.customer)));
    if (!me || me.external_userid !== place.customer) return undefined;
    if (place.peer) return enter(`talk/${place.customer}/${place.peer}`, () => customerTalk(screen, place.peer)).show(me);
    return enter(`list/${place.customer}`, () => guideList(screen)).show(me);
  };

  const moved = (names) => (names.includes("customer") || names.includes("peer") ? refresh() : undefined);

  const start = () => refresh();

  return { start, refresh, moved };
};
