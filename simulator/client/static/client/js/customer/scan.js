// 扫一扫: which code, by whom; or an address typed in, as if its code had been scanned.

import { field, openDialog } from "../dialog.js";
import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { go } from "../place.js";
import { attempt, toast } from "../toast.js";
import { allCodes, readCode, useCode } from "./codes.js";

const GENDERS = [["2", "女"], ["1", "男"], ["0", "未知"]];
const SURNAMES = [..."陈林黄张李王吴刘蔡杨周徐孙马朱胡郭何高罗"];
const WOMEN = ["雨桐", "嘉怡", "若曦", "静雯", "梓萱", "可欣", "诗涵", "晓雨"];
const MEN = ["思远", "晓峰", "文博", "俊杰", "一鸣", "浩然"];
const any = (list) => list[Math.floor(Math.random() * list.length)];
const nameFor = (gender) => any(SURNAMES) + any(gender === "1" ? MEN : WOMEN);

/** A name for the new customer that goes along with the gender until somebody types one. */
const newPerson = () => {
  const drawn = { name: "name", value: nameFor("2"), required: true, maxlength: 40, oninput: () => (typed = true) };
  let typed = false;
  const name = field("微信昵称", drawn);
  const onchange = (event) => typed || (name.querySelector("input").value = nameFor(event.target.value));
  return h("div.form-pair", name, field("性别", { name: "gender", options: GENDERS, value: "2", onchange }));
};

const option = (code, index, checked) =>
  h(
    "label.code",
    h("input", { type: "radio", name: "code", value: String(index), checked }),
    code.picture ? h("img.code-picture", { src: code.picture, alt: "", loading: "lazy" }) : h("span.code-picture.plain", icon("link")),
    h("span.row-text", h("span.row-name", h("span.row-title", code.title), h("em.badge", code.kind)), h("span.row-note", code.note)),
  );

const whoOf = (values, me) =>
  me ? { external_userid: me.external_userid } : { customer: { name: values.name.trim(), gender: Number(values.gender) } };

const codeOf = (values, codes) => (values.address ? readCode(values.address) : codes[Number(values.code)]);

const scan = async (values, codes, me) => {
  const code = codeOf(values, codes);
  if (!code && values.address && me) return go({ web: values.address }) || true;
  if (!code) return toast(values.address ? "先选一位客户，再打开网页" : "先选一个码", "bad");
  const half = code.action === "customer_scans" ? { half: values.half === "on" } : {};
  return attempt(() => useCode({ ...code, args: { ...code.args, ...half } }, whoOf(values, me)), "已扫码");
};

/** me null: a new customer is made first. */
export const openScan = (me) =>
  openDialog("扫一扫", (close) => {
    const list = h("div.codes", h("p.empty", "正在读取…"));
    let codes = [];
    attempt(allCodes).then((found) => {
      codes = found || [];
      fill(list, codes.length ? codes.map((code, index) => option(code, index, index === 0)) : h("p.empty", "还没有可以扫的码"));
    });
    let busy = false;
    const send = async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      if (await scan(Object.fromEntries(new FormData(event.target)), codes, me)) close();
      busy = false;
    };
    return h(
      "form.form",
      { onsubmit: send },
      !me && newPerson(),
      h("div.field", h("span", "扫哪个码"), list),
      field("或者打开这个地址", { name: "address", type: "url", placeholder: "https://" }),
      h("label.check", h("input", { type: "checkbox", name: "half" }), h("span", "单向添加（免验证，导购还没有添加她）")),
      h("div.dialog-actions", h("button.button", { type: "button", onclick: close }, "取消"), h("button.button.green", "扫码添加")),
    );
  });
