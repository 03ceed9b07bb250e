// 朋友圈: what her guides published for her; she likes and comments.

import * as control from "../control.js";
import { avatar } from "../avatar.js";
import { field, openForm } from "../dialog.js";
import { fill, h, refill } from "../element.js";
import { icon } from "../icons.js";
import { keyed } from "../list.js";
import { momentNode } from "../message/moment.js";
import { newest } from "../newest.js";
import { go } from "../place.js";
import { attempt } from "../toast.js";
import { backTo, head } from "./heads.js";
import { openLink } from "./links.js";

export const moments = (root) => {
  const feed = h("div.feed", { tabIndex: 0, "aria-label": "朋友圈" });
  const cover = h("div.feed-cover");
  const list = h("div");
  let me = null;
  const ask = newest();

  const load = async () => {
    const found = await ask(attempt(() => control.get(control.look(["customers", me.external_userid, "moments"]), { limit: 60 })));
    if (!found) return;
    if (found.moments.length) render(found.moments);
    else fill(list, h("p.empty", "导购还没有发朋友圈"));
  };
  const deed = async (action, moment, more) => {
    const ids = { external_userid: me.external_userid, userid: moment.userid, moment_id: moment.moment_id };
    const answer = await attempt(() => control.act(action, { ...ids, ...more }));
    if (answer) await load();
    return answer;
  };
  const comment = (moment) => () =>
    openForm(
      "评论",
      [field("评论", { name: "content", rows: 2, maxlength: 200, required: true, autofocus: true })],
      "发送",
      ({ content }) => deed("customer_comments_moment", moment, { content }),
    );
  const tools = (moment) =>
    h(
      "span.moment-tools",
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(Boolean(moment.liked)),
          "aria-label": moment.liked ? "取消赞" : "赞",
          onclick: () => deed("customer_likes_moment", moment, moment.liked ? { unlike: true } : {}),
        },
        icon("heart"),
      ),
      h("button", { type: "button", "aria-label": "评论", onclick: comment(moment) }, icon("comment")),
    );
  const render = keyed(list, {
    key: (moment) => `${moment.moment_id}/${moment.userid}`,
    build: (moment) => momentNode(moment, { open: (url) => openLink(url, me) }, tools(moment)),
  });
  fill(root, head(backTo(() => go({ tab: "discover" })), "朋友圈"), fill(feed, cover, list));

  const show = (phone) => {
    me = phone.me;
    refill(cover, [me.name, me.avatar], () => [h("strong", me.name), avatar(me.name, me.avatar, "big")]);
    return load();
  };
  return { show };
};
