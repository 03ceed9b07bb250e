// The + beside a message box: a picture or file from this computer, a place, a link; what else the side offers.

import { keepFile } from "./control.js";
import { field, openForm } from "./dialog.js";
import { h } from "./element.js";
import { menu } from "./menu.js";
import { attempt } from "./toast.js";

const pickFile = (accept, send) => {
  const input = h("input", { type: "file", accept });
  input.addEventListener("change", () => input.files[0] && attempt(async () => send(await keepFile(input.files[0]))));
  input.click();
};

const pickPlace = (send) =>
  openForm(
    "发送位置",
    [
      field("名称", { name: "name", value: "美罗城", required: true, maxlength: 60 }),
      field("地址", { name: "address", value: "上海市徐汇区肇嘉浜路 1111 号", maxlength: 120 }),
    ],
    "发送",
    (values) => attempt(() => send({ msgtype: "location", body: { ...values, latitude: 31.1946, longitude: 121.4371 } })),
  );

const pickLink = (send) =>
  openForm(
    "发送链接",
    [
      field("标题", { name: "title", required: true, maxlength: 64 }),
      field("链接", { name: "url", type: "url", placeholder: "https://", required: true }),
      field("摘要", { name: "desc", maxlength: 120 }),
    ],
    "发送",
    (values) => attempt(() => send({ msgtype: "link", body: values })),
  );

/** tray({send({msgtype, body}), more: [[word, action]]}) → node. */
export const tray = ({ send, more = [] }) =>
  menu("更多", "plus", [
    ["图片", () => pickFile("image/*", send)],
    ["视频", () => pickFile("video/mp4", send)],
    ["文件", () => pickFile("", send)],
    ["位置", () => pickPlace(send)],
    ["链接", () => pickLink(send)],
    ...more,
  ], "round.tray");
