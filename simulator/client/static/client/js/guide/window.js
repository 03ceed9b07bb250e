// The guide's WeCom: conversations on the left, the open chat in the middle, her webview on the right.

import { fill, h } from "../element.js";
import { go, place, talkOf } from "../place.js";
import { attempt } from "../toast.js";
import { isNarrow } from "../width.js";
import { appChat } from "./app_chat.js";
import { conversations } from "./conversations.js";
import { customerChat } from "./customer_chat.js";
import { readDesk, updateDesk } from "./desk.js";
import { showEmptyCorp, showLeaver } from "./first_member.js";
import { groupChat } from "./group_chat.js";
import { itemsOf } from "./items.js";
import { kfChat } from "./kf_chat.js";
import { moments } from "./moments.js";
import { panel } from "./panel.js";
import { sends } from "./sends.js";
import { markSeen } from "./unread.js";

const LEFT = 5;
const FIRST_MEMBER = document.documentElement.dataset.member;

const VIEWS = {
  app: appChat,
  sends,
  moments,
  customer: (main, { id }) => customerChat(main, id),
  group: (main, { id }) => groupChat(main, id),
  kf: (main, { id, external }) => kfChat(main, id, external),
};

export const guideWindow = (root) => {
  const list = h("div.column.list");
  const main = h("div.column.main");
  const side = h("div.column.side");
  fill(root, list, main, side);

  const webview = panel(side, () => desk);
  const shownList = conversations(list);
  let chat = null;
  let desk = null;
  let busy = null;
  let everything = false;
  let waiting = [];

  const level = () => {
    document.body.dataset.guide = webview.isOpen() ? "panel" : place.with ? "chat" : "list";
    root.classList.toggle("with-panel", webview.isOpen());
  };

  const openChat = (wanted) => {
    if (!wanted) {
      chat = null;
      return fill(main, h("p.empty.middle", desk.me.contacts.length ? "选一个会话" : "这位成员还没有客户。"));
    }
    const key = `${desk.me.userid}/${wanted}`;
    if (chat?.key !== key) {
      const talk = talkOf(wanted);
      chat = { ...VIEWS[talk.kind](main, talk), key };
    }
    return chat.show(desk);
  };

  /** Not a chat but a word about why there is none; on a phone it stands before the list. */
  const showInstead = (show) => {
    chat = null;
    document.body.dataset.guide = "chat";
    return show(main, desk?.me);
  };

  const paint = () => {
    if (!desk) return undefined;
    if (desk.me.status === LEFT) {
      shownList.show(desk);
      return showInstead(showLeaver);
    }
    const wanted = place.with || (isNarrow() || !desk.me.apps.length ? "" : "app");
    const open = wanted && !document.hidden && itemsOf(desk, wanted).find(({ key }) => key === wanted);
    if (open) markSeen(desk.me.userid, wanted, open.at);
    shownList.show(desk);
    return openChat(wanted);
  };

  const readOn = async () => {
    while (everything || waiting.length) {
      const [asked, told] = [place.member, waiting];
      const known = desk && !everything && desk.me.userid.toLowerCase() === asked.toLowerCase();
      [everything, waiting] = [false, []];
      if (!asked) return showInstead(showEmptyCorp);
      const found = await attempt(() => (known ? updateDesk(desk, told) : readDesk(asked)));
      // The strip says that the simulator is silent; what was asked is asked again with the next change.
      if (found === undefined) return ([everything, waiting] = [false, []]);
      if (asked !== place.member) everything = true;
      else if (found) await paint((desk = found));
      else if (asked !== FIRST_MEMBER) return go({ member: FIRST_MEMBER, with: "", panel: "" });
    }
    return undefined;
  };
  /** One read at a time, each on what the one before left; what is told meanwhile is taken together. */
  const start = () => {
    busy ||= Promise.resolve()
      .then(readOn)
      .finally(() => {
        busy = null;
        if (everything || waiting.length) start();
      });
    return busy;
  };

  const refresh = () => {
    everything = true;
    return start();
  };

  /** changed: external_userids, "" for anything else. */
  const update = (changed) => {
    waiting.push(...changed);
    return start();
  };

  /** Another member is read by the refresh that follows her stream. */
  const moved = (names) => {
    webview.show();
    level();
    if (names.includes("member")) return undefined;
    return !names.length || names.includes("with") || names.includes("panel") ? paint() : undefined;
  };

  webview.show();
  level();
  return { refresh, update, moved };
};
