// A 微信客服 session as a 接待人员 sees it: taking from the pool, answering, handing over, ending, opening again.

import * as control from "../control.js";
import { composer } from "../composer.js";
import { confirmThen } from "../dialog.js";
import { fill, h, refill } from "../element.js";
import { isFresh, whenStale } from "../message/recall.js";
import { line, noteLine } from "../message/timeline.js";
import { transcript } from "../message/transcript.js";
import { openPicker } from "../picker.js";
import { place } from "../place.js";
import { setNow } from "../time.js";
import { attempt } from "../toast.js";
import { tray } from "../tray.js";
import { iconFace } from "../avatar.js";
import { backButton, sidebarButton } from "./heads.js";
import { openPage } from "./panel.js";

const WORDS = {
  0: "新会话，由应用回复；还没有转给接待人员。",
  1: "由智能助手接待中。",
  2: "客户在待接入池排队。",
  4: "会话已结束。",
};

const handOver = (ids, me) =>
  openPicker({
    title: "转接给",
    placeholder: "姓名或账号",
    find: async (q) => {
      const account = (await control.kfAccounts()).find(({ open_kfid: id }) => id === ids.open_kfid);
      const fits = (account?.servicers || []).filter(({ userid, name }) => userid && userid !== me.userid && `${name} ${userid}`.includes(q));
      return fits.map((each) => ({ ...each, note: each.status === 0 ? "接待中" : "停止接待" }));
    },
    pick: ({ userid }) => attempt(() => control.act("servicer_hands_kf_over", { ...ids, userid: me.userid, to: userid }), "已转接"),
  });

export const kfChat = (root, openKfid, externalUserid) => {
  const ids = { open_kfid: openKfid, external_userid: externalUserid };
  const head = h("header.chat-head");
  const banner = h("div");
  let me = null;
  let session = null;
  const acts = { open: openPage };
  const deed = (action, done) => () => attempt(() => control.act(action, { ...ids, userid: me.userid }), done);
  const recall = (item) => () => attempt(() => control.act("servicer_recalls_kf", { ...ids, userid: me.userid, msgid: item.msgid }));
  const build = (item) => {
    if (item.from === "system") return noteLine(item.body.content || "");
    const theirs = item.from === "customer";
    const hers = item.from === "servicer" && item.servicer_userid === me.userid;
    if (item.recalled) return noteLine(theirs ? "客户撤回了一条消息" : hers ? "你撤回了一条消息" : "接待人员撤回了一条消息");
    const face = theirs ? session : hers ? me : item.from === "api" ? iconFace("kf", "headset") : { name: item.servicer_userid };
    return line(
      {
        ...item, mine: !theirs, face, via: "",
        note: item.from === "api" ? "应用回复" : !theirs && !hers ? item.servicer_userid : "",
        tool: item.fresh && hers && { label: "撤回", run: recall(item) },
      },
      acts,
    );
  };
  const fetch = async (limit) => {
    const found = await control.kfChat(openKfid, externalUserid, limit);
    setNow(found.now);
    const mine = found.state === 3 && found.servicer_userid === me.userid;
    const hers = (message) => mine && message.from === "servicer" && message.servicer_userid === me.userid;
    stale(found.messages.filter(hers).map(({ at }) => at));
    return found.messages.map((message) => ({
      ...message,
      key: `${message.id}${message.recalled ? "-recalled" : ""}`,
      fresh: hers(message) && isFresh(message.at),
    }));
  };
  const lines = transcript({ fetch, build });
  const stale = whenStale(() => root.contains(lines.node) && lines.refresh());
  const send = (wanted) => control.act("servicer_answers_kf", { ...ids, userid: me.userid, ...wanted });
  const writing = composer((content) => send({ content }), "回复客户", tray({ send }));
  const body = h("div.chat-body", banner, lines.node, writing);
  const gone = h("p.empty", "这个客服会话现在不归你看：没有在排队，也不是由你接待。");
  fill(root, head, gone, body);

  const button = (word, onclick, tone = "") => h(`button.button.small${tone}`, { type: "button", onclick }, word);
  const end = () => confirmThen("结束会话", "客户再发消息会开始一次新的会话。", "结束", deed("servicer_ends_kf", "已结束"));
  const bannerOf = (mine) => {
    if (session.state === 3 && mine) return null;
    const words = session.state === 3 ? `由同事 ${session.servicer_userid} 接待中。` : WORDS[session.state];
    const act = {
      2: () => button("接入", deed("servicer_takes_kf", "已接入"), ".primary"),
      4: () => button("重新接入", deed("servicer_reopens_kf", "已重新接入")),
    }[session.state];
    return h("div.banner.plain", words, act?.());
  };

  const show = (desk) => {
    me = desk.me;
    session = desk.sessions.find((each) => each.open_kfid === openKfid && each.external_userid === externalUserid);
    body.hidden = !session;
    gone.hidden = Boolean(session);
    if (!session) return refill(head, [], () => [backButton(), h("div.chat-title", h("h2", "客服会话"))]);
    const mine = session.state === 3 && session.servicer_userid === me.userid;
    refill(head, [session.name, session.kf_name, mine, place.panel], () => [
      backButton(),
      h("div.chat-title", h("h2", session.name), h("span.app-mark", session.kf_name)),
      mine && button("转接", () => handOver(ids, me)),
      mine && button("结束", end, ".danger"),
      sidebarButton(),
    ]);
    refill(banner, [mine, session.state, session.servicer_userid], () => bannerOf(mine));
    writing.hidden = !mine;
    return lines.refresh();
  };
  return { show };
};
