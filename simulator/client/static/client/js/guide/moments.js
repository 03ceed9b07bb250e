// 客户朋友圈 on the guide's side: what the corp asks her to publish, what she published, likes and comments.

import * as control from "../control.js";
import { field, openForm } from "../dialog.js";
import { fill, h, refill } from "../element.js";
import { keyed } from "../list.js";
import { momentNode } from "../message/moment.js";
import { attempt } from "../toast.js";
import { backButton } from "./heads.js";
import { openOwnMoment } from "./own_moment.js";
import { openPage } from "./panel.js";

const STATES = { 0: ["待发表", "wait"], 1: ["已发表", "done"], "-1": ["已停止", "off"] };

const publish = (moment, me) => () =>
  attempt(() => control.act("member_publishes_moment", { userid: me.userid, moment_id: moment.moment_id }), "已发表");

const comment = (moment, me) => () =>
  openForm(
    "评论",
    [field("评论", { name: "content", rows: 2, maxlength: 200, required: true, autofocus: true })],
    "发送",
    ({ content }) => attempt(() => control.act("member_comments_moment", { userid: me.userid, moment_id: moment.moment_id, content })),
  );

const card = (me) => (moment) => {
  const [word, tone] = STATES[moment.publish_status] || STATES[0];
  const published = moment.publish_status === 1;
  const from = moment.create_type === 1 ? "自己发表" : "企业发表";
  return h(
    "article.task",
    { data: { moment: moment.moment_id } },
    h("header.task-head", h("span.task-title", from), h(`span.task-state.${tone}`, word)),
    momentNode({ ...moment, name: me.name, avatar: me.avatar, published_at: moment.published_at || moment.create_time }, { open: openPage }),
    h("p.task-from", `可见客户 ${moment.customer_count ?? 0} 位`),
    h(
      "footer.task-foot",
      published && h("button.button.small", { type: "button", onclick: comment(moment, me) }, "评论"),
      moment.publish_status === 0 && h("button.button.primary", { type: "button", onclick: publish(moment, me) }, "发表"),
    ),
  );
};

export const moments = (root) => {
  const head = h("header.chat-head");
  const list = h("div.tasks", { tabIndex: 0, "aria-label": "客户朋友圈" });
  let me = null;
  const render = keyed(list, { key: (moment) => moment.moment_id, build: (moment) => card(me)(moment) });
  fill(root, head, list);

  const show = (desk) => {
    me = desk.me;
    refill(head, [], () => [
      backButton(),
      h("div.chat-title", h("h2", "客户朋友圈")),
      h("button.tool", { type: "button", onclick: () => openOwnMoment(me) }, "发表"),
    ]);
    const order = [...desk.moments].sort((a, b) => (a.publish_status === 0 ? 0 : 1) - (b.publish_status === 0 ? 0 : 1) || b.create_time - a.create_time);
    if (order.length) render(order);
    else fill(list, h("p.empty", "还没有朋友圈。企业创建的任务会出现在这里，由你发表到客户的朋友圈。"));
  };
  return { show };
};
