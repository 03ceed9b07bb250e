// Scanning: which code (the codes the product made, or a guide's own card), by whom, with or without her approval.

import { avatar } from "../avatar.js";
import * as control from "../control.js";
import { field, openDialog } from "../dialog.js";
import { fill, h } from "../element.js";
import { place, go } from "../place.js";
import { attempt } from "../toast.js";

const GENDERS = [["2", "女"], ["1", "男"], ["0", "未知"]];

const option = ({ value, title, note, picture }, checked) =>
  h(
    "label.code",
    h("input", { type: "radio", name: "code", value, checked, required: true }),
    picture,
    h("span.row-text", h("span.row-name", title), h("span.row-note", note)),
  );

const codes = async () => {
  const [ways, people] = await Promise.all([control.get("contact_ways", { limit: 100 }), control.members()]);
  const guide = people.find((member) => member.userid === place.member);
  // The open guide's codes stand first: most often it is hers that is scanned.
  const hers = (way) => guide !== undefined && way.user_names.includes(guide.name);
  const sorted = [...ways.contact_ways.filter(hers), ...ways.contact_ways.filter((way) => !hers(way))];
  const made = sorted.map((way) => ({
    value: `config_id:${way.config_id}`,
    title: way.user_names.join("、") || "活码",
    note: [way.remark, way.state && `state ${way.state}`].filter(Boolean).join(" · "),
    picture: way.qr_code ? h("img.code-picture", { src: way.qr_code, alt: "" }) : null,
  }));
  const own = guide && { value: `userid:${guide.userid}`, title: `${guide.name} 的个人名片`, note: "不经过活码，没有渠道", picture: avatar(guide.name, guide.avatar) };
  return own ? [...made, own] : made;
};

const scanned = async (values, me) => {
  const [kind, ...rest] = values.code.split(":");
  const who = me
    ? { external_userid: me.external_userid }
    : { customer: { name: values.name.trim(), gender: Number(values.gender) } };
  const answer = await control.act("customer_scans", { [kind]: rest.join(":"), ...who, half: values.half === "on" });
  go({ customer: answer.external_userid, peer: answer.userid });
  return answer;
};

const SURNAMES = [..."陈林黄张李王吴刘蔡杨周徐孙马朱胡郭何高罗"];
const GIVEN = ["雨桐", "思远", "嘉怡", "子涵", "晓峰", "若曦", "文博", "静雯", "梓萱", "俊杰", "可欣", "一鸣"];
const any = (list) => list[Math.floor(Math.random() * list.length)];

/** me null: a new customer is made first. */
export const openScan = (me) =>
  openDialog("扫一扫", (close) => {
    const list = h("div.codes", h("p.empty", "正在读取活码…"));
    attempt(codes).then((found) => found && fill(list, found.length ? found.map((code, index) => option(code, index === 0)) : h("p.empty", "还没有活码")));
    let busy = false;
    const send = async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      const values = Object.fromEntries(new FormData(event.target));
      if (await attempt(() => scanned(values, me), "已扫码添加")) close();
      busy = false;
    };
    return h(
      "form.form",
      { onsubmit: send },
      !me &&
        h(
          "div.form-pair",
          field("微信昵称", { name: "name", value: any(SURNAMES) + any(GIVEN), required: true, maxlength: 40 }),
          field("性别", { name: "gender", options: GENDERS, value: "2" }),
        ),
      h("div.field", h("span", "扫哪个码"), list),
      h("label.check", h("input", { type: "checkbox", name: "half" }), h("span", "单向添加（免验证，导购还没有添加她）")),
      h("div.dialog-actions", h("button.button", { type: "button", onclick: close }, "取消"), h("button.button.green", "扫码添加")),
    );
  });
