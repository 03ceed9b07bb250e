// Words in place of a chat: a corp with nobody in it (and its first member), a member who has left.

import * as control from "../control.js";
import { field, openForm } from "../dialog.js";
import { h, refill } from "../element.js";
import { go } from "../place.js";
import { attempt } from "../toast.js";
import { pickMember } from "./conversations.js";

const open = () =>
  openForm(
    "添加成员",
    [
      h(
        "div.form-pair",
        field("姓名", { name: "name", required: true, maxlength: 64 }),
        field("性别", { name: "gender", options: [["2", "女"], ["1", "男"]], value: "2" }),
      ),
      field("账号（字母、数字、下划线）", { name: "userid", required: true, pattern: "[A-Za-z0-9][A-Za-z0-9_.@\\-]{0,63}", value: "lixiaomei" }),
    ],
    "添加",
    async (values) => {
      const done = await attempt(() => control.act("member_joins", values), "已添加");
      if (done) go({ member: values.userid, with: "", panel: "" });
      return done;
    },
  );

export const showEmptyCorp = (main) =>
  refill(main, ["nobody"], () =>
    h(
      "div.start",
      h("h3", "这个企业还没有成员"),
      h("p", "先添加一位成员，再到右边（手机上是「客户」）让客户扫码添加。也可以用 --brand sample 启动，或用通讯录接口导入。"),
      h("button.button.primary", { type: "button", onclick: open }, "添加成员"),
    ),
  );

export const showLeaver = (main, { name }) =>
  refill(main, ["left", name], () =>
    h(
      "div.start",
      h("h3", `${name} 已离职`),
      h("p", "离职成员不能再登录。客户和客户群等待企业分配给其他成员。"),
      h("button.button", { type: "button", onclick: pickMember }, "切换成员"),
    ),
  );
