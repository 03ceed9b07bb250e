// Places, business cards, payments, menus and the other things a chat can carry.

import { avatar } from "../avatar.js";
import { h } from "../element.js";
import { icon } from "../icons.js";

export const location = (body) =>
  h(
    "div.place-card",
    h("span.place-name", body.name || "位置"),
    h("span.place-address", body.address || [body.latitude, body.longitude].filter((value) => value !== undefined).join("，")),
    h("span.place-map", icon("pin")),
  );

export const businessCard = (body) => {
  const name = body.name || body.userid || body.external_userid || "名片";
  return h("div.person-card", h("span.person-card-row", avatar(name, body.avatar), h("span", name)), h("span.link-foot", "个人名片"));
};

const yuan = (fen) => `¥${(Number(fen) / 100).toFixed(2)}`;

export const payment = (body) =>
  h(
    "div.payment",
    h("span.payment-row", icon("wallet"), h("span", h("strong", yuan(body.amount)), h("span.payment-note", body.note || "向对方付款"))),
    h("span.payment-foot", "企业微信收款"),
  );

/** 菜单消息 (msgmenu): entries to press; `pick(entry)` is missing on the side that may only look. */
export const msgmenu = (body, { open, pick }) => {
  const entry = (each) => {
    const inside = each[each.type] || {};
    if (each.type === "text") return h(inside.no_newline ? "span.menu-text" : "div.menu-text", inside.content);
    if (each.type === "view") return h("button.menu-item", { type: "button", onclick: () => open(inside.url) }, inside.content);
    if (each.type !== "click") return h("div.menu-item.still", inside.content || "小程序");
    return h("button.menu-item", { type: "button", disabled: !pick, onclick: () => pick(inside) }, inside.content);
  };
  return h(
    "div.msgmenu",
    body.head_content && h("div.menu-head", body.head_content),
    (body.list || []).map(entry),
    body.tail_content && h("div.menu-tail", body.tail_content),
  );
};

/** 视频号商品 and 订单 as WeChat hands them over to 微信客服. */
export const product = (body) =>
  h(
    "div.link-card",
    h("span.link-title", body.title || body.product_titles || "商品"),
    h(
      "span.link-row",
      h("span.link-note", body.sales_price ? yuan(body.sales_price) : body.price_wording || body.sellingPrice || ""),
      (body.head_image || body.image_url || body.imgUrl) && h("img", { src: body.head_image || body.image_url || body.imgUrl, alt: "" }),
    ),
    h("span.link-foot", body.shop_nickname || body.shopNickname || "视频号小店"),
  );

export const merged = (body) =>
  h("div.link-card", h("span.link-title", body.title || "聊天记录"), h("span.link-note", `共 ${(body.item || []).length} 条`), h("span.link-foot", "聊天记录"));
