// A group's members, name and notice, and what its owner may do with them.

import { avatar } from "../avatar.js";
import * as control from "../control.js";
import { confirmThen, field, openDialog, openForm } from "../dialog.js";
import { fill, h } from "../element.js";
import { openPicker } from "../picker.js";
import { go } from "../place.js";
import { attempt } from "../toast.js";
import { contactName } from "./people.js";

const invite = (group, me) => {
  const inside = new Set(group.members.map(({ id }) => id));
  openPicker({
    title: "邀请客户入群",
    placeholder: "客户备注或昵称",
    find: async (q) =>
      me.contacts
        .filter((contact) => contact.relation === "mutual" && !inside.has(contact.external_userid) && `${contact.name} ${contact.remark}`.includes(q))
        .slice(0, 60)
        .map((contact) => ({ ...contact, name: contactName(contact), note: contact.remark ? contact.name : "" })),
    pick: ({ external_userid: id }) =>
      attempt(() => control.act("group_invites", { chat_id: group.chat_id, userid: me.userid, external_userids: [id] }), "已邀请"),
  });
};

const rename = (group, name, word, action, rows) =>
  openForm(
    word,
    [field(word, { name: "value", value: group[name] || "", rows, maxlength: rows ? 400 : 32, required: !rows })],
    "保存",
    ({ value }) => attempt(() => control.act(action, { chat_id: group.chat_id, [name]: value }), "已保存"),
  );

const remove = (group, me, person) =>
  confirmThen("移出群聊", `把「${person.group_nickname || person.name}」移出「${group.name}」？`, "移出", () => {
    const key = person.type === 1 ? "userid" : "external_userid";
    return attempt(() => control.act("group_removes", { chat_id: group.chat_id, operator: me.userid, [key]: person.id }), "已移出");
  });

const leave = (group, me) =>
  confirmThen("退出群聊", `${me.name} 退出「${group.name}」？`, "退出", async () => {
    if (await attempt(() => control.act("group_member_leaves", { chat_id: group.chat_id, userid: me.userid }), "已退出")) go({ with: "", panel: "" });
  });

const dismiss = (group) =>
  confirmThen("解散群聊", `「${group.name}」解散后不能恢复。`, "解散", async () => {
    if (await attempt(() => control.act("group_dismisses", { chat_id: group.chat_id }), "已解散")) go({ with: "", panel: "" });
  });

const welcome = (group, me, person) =>
  openPicker({
    title: `给「${person.name}」发入群欢迎语`,
    placeholder: "欢迎语内容",
    find: async (q) => {
      const { group_welcomes: templates } = await control.get(control.look(["members", me.userid, "group_welcomes"]));
      return templates
        .map((each) => ({ ...each, name: each.parts.text?.content || "（只有附件）", note: each.template_id }))
        .filter(({ name }) => name.includes(q));
    },
    pick: ({ template_id: id }) => {
      const wanted = { chat_id: group.chat_id, userid: me.userid, template_id: id, external_userid: person.id };
      return attempt(() => control.act("group_welcome_sends", wanted), "已发送");
    },
  });

const role = (person) => (person.is_owner ? "群主" : person.is_admin ? "管理员" : "");

const row = (group, me, mayManage, close) => (person) =>
  h(
    "div.row",
    avatar(person.name, person.avatar),
    h(
      "span.row-text",
      h("span.row-name", h("span.row-title", person.group_nickname || person.name), role(person) && h("em.badge", role(person))),
      h("span.row-note", person.type === 1 ? "企业成员" : "微信客户"),
    ),
    mayManage &&
      person.waiting_welcome &&
      h("button.button.small.primary", { type: "button", onclick: () => (close(), welcome(group, me, person)) }, "发欢迎语"),
    mayManage && !person.is_owner && h("button.button.small", { type: "button", onclick: () => (close(), remove(group, me, person)) }, "移出"),
  );

const contents = (group, me, close) => {
  const owner = group.owner === me.userid;
  const manages = owner || group.members.some((person) => person.id === me.userid && person.is_admin);
  const then = (action) => ({ type: "button", onclick: () => (close(), action()) });
  return [
    h("p.dialog-sub", `群主 ${group.owner_name || group.owner} · ${group.member_count} 人`),
    h(
      "div.group-tools",
      h("button.button.small", then(() => invite(group, me)), "邀请客户"),
      manages && h("button.button.small", then(() => rename(group, "name", "群名称", "group_renames")), "修改群名"),
      manages && h("button.button.small", then(() => rename(group, "notice", "群公告", "group_notices", 4)), "群公告"),
      owner
        ? h("button.button.small.danger", then(() => dismiss(group)), "解散")
        : h("button.button.small.danger", then(() => leave(group, me)), "退出"),
    ),
    h("div.rows", group.members.map(row(group, me, manages, close))),
  ];
};

export const openMembers = (chatId, me) =>
  openDialog("群成员", (close) => {
    const box = h("div.group-box", h("p.empty", "正在读取…"));
    attempt(() => control.group(chatId)).then((group) => group && fill(box, contents(group, me, close)));
    return box;
  });
