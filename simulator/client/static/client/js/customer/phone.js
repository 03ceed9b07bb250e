// The customer's WeChat: chats with guides, groups and 微信客服, 发现, 我, and a page she opened lying over it.

import * as control from "../control.js";
import { fill, h } from "../element.js";
import { newest } from "../newest.js";
import { go, place } from "../place.js";
import { attempt } from "../toast.js";
import { chats } from "./chats.js";
import { discover } from "./discover.js";
import { groupTalk } from "./group_talk.js";
import { kfTalk } from "./kf_talk.js";
import { mine } from "./mine.js";
import { moments } from "./moments.js";
import { tabBar } from "./tab_bar.js";
import { customerTalk } from "./talk.js";
import { webPage } from "./web_page.js";
import { welcome } from "./welcome.js";

const TABS = { "": chats, discover, me: mine };

const viewOf = () => {
  if (!place.customer) return ["welcome", welcome];
  const [kind, id] = place.peer.split(":");
  if (place.peer && kind === "group") return [place.peer, (root) => groupTalk(root, id)];
  if (place.peer && kind === "kf") return [place.peer, (root) => kfTalk(root, id)];
  if (place.peer) return [place.peer, (root) => customerTalk(root, place.peer)];
  if (place.tab === "moments") return ["tab/moments", moments];
  return [`tab/${place.tab}`, TABS[place.tab] || chats];
};

/** {me, groups, sessions} of the chosen customer in one request; null when there is no such customer. */
const read = async (id) => {
  const [me, groups, kf] = await control.several([
    control.look(["customers", id]),
    control.look(["groups"], { external_userid: id, limit: 100 }),
    control.look(["kf", "sessions"], { external_userid: id, limit: 100 }),
  ]);
  return me ? { me, groups: groups?.groups || [], sessions: kf?.sessions || [] } : null;
};

export const customerPhone = (root) => {
  const body = h("div.screen-body");
  const bar = tabBar();
  const web = webPage();
  fill(root, h("div.wechat-frame", h("div.screen", body, bar.node, web.node)));
  let shown = "";
  let view = null;
  let phone = null;
  const ask = newest();

  const enter = () => {
    const [name, make] = viewOf();
    const key = `${place.customer}/${name}`;
    if (shown !== key) {
      shown = key;
      view = make(body);
    }
    bar.show(Boolean(place.customer) && !place.peer && place.tab !== "moments");
    document.body.dataset.customer = place.customer ? (place.peer ? "chat" : "list") : "none";
    return view.show(phone);
  };

  const refresh = async () => {
    if (!place.customer) {
      phone = null;
      web.show(null);
      return enter();
    }
    const found = await ask(attempt(() => read(place.customer)));
    if (found === null) return go({ customer: "", peer: "", web: "" });
    if (!found || found.me.external_userid !== place.customer) return undefined;
    phone = found;
    web.show(phone.me);
    return enter();
  };

  const moved = (names) => {
    // Another customer is read by the refresh that follows her stream.
    if (names.includes("customer") || !phone) return undefined;
    if (names.includes("web")) web.show(phone.me);
    return names.includes("peer") || names.includes("tab") ? enter() : undefined;
  };

  return { refresh, moved };
};
