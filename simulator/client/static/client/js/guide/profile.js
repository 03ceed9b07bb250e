// The guide's card of a customer: her remark, description and tags, as she edits them in WeCom itself; deleting.

import * as control from "../control.js";
import { confirmThen, field, openDialog } from "../dialog.js";
import { avatar } from "../avatar.js";
import { fill, h } from "../element.js";
import { go } from "../place.js";
import { fullDay } from "../time.js";
import { attempt } from "../toast.js";
import { contactName } from "./people.js";

const tagBox = (groups, chosen) =>
  groups.map((group) =>
    h(
      "fieldset.tags",
      h("legend", group.name),
      group.tags.map((tag) =>
        h("label.tag", h("input", { type: "checkbox", name: "tag", value: tag.id, checked: chosen.has(tag.id) }), h("span", tag.name)),
      ),
    ),
  );

const changes = (form, contact) => {
  const values = new FormData(form);
  const before = new Set(contact.tags);
  const after = new Set(values.getAll("tag"));
  const asked = {};
  if (values.get("remark") !== (contact.remark || "")) asked.remark = values.get("remark");
  if (values.get("description") !== (contact.description || "")) asked.description = values.get("description");
  const added = [...after].filter((id) => !before.has(id));
  const removed = [...before].filter((id) => !after.has(id));
  if (added.length) asked.add_tag = added;
  if (removed.length) asked.remove_tag = removed;
  return asked;
};

const remove = (me, contact) =>
  confirmThen("删除客户", `「${contactName(contact)}」将从 ${me.name} 的联系人中删除。`, "删除", async () => {
    const ids = { userid: me.userid, external_userid: contact.external_userid };
    if (await attempt(() => control.act("member_deletes_customer", ids), "已删除")) go({ with: "", panel: "" });
  });

export const openProfile = (me, contact) =>
  openDialog("客户资料", (close) => {
    const tags = h("div");
    attempt(control.tagGroups).then((groups) => groups && fill(tags, tagBox(groups, new Set(contact.tags))));
    const save = async (event) => {
      event.preventDefault();
      const asked = changes(event.target, contact);
      if (!Object.keys(asked).length) return close();
      const ids = { userid: me.userid, external_userid: contact.external_userid };
      if (await attempt(() => control.act("member_edits_customer", { ...ids, ...asked }), "已保存")) close();
      return undefined;
    };
    const drop = () => (close(), remove(me, contact));
    return [
      h(
        "div.person",
        avatar(contact.name, contact.avatar, "big"),
        h("div", h("strong", contact.name), h("span", contact.createtime ? `添加于 ${fullDay(contact.createtime)}` : "")),
      ),
      h(
        "form.form",
        { onsubmit: save },
        field("备注", { name: "remark", value: contact.remark || "", maxlength: 20 }),
        field("描述", { name: "description", value: contact.description || "", rows: 2, maxlength: 150 }),
        tags,
        h(
          "div.dialog-actions",
          h("button.button.danger.left", { type: "button", onclick: drop }, "删除客户"),
          h("button.button", { type: "button", onclick: close }, "取消"),
          h("button.button.primary", "保存"),
        ),
      ),
    ];
  });
