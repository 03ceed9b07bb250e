// A page in the customer's WeChat: her own cookies and WeChat's User-Agent, through her webview's address.

import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { go, place } from "../place.js";

const addressOf = (me) => {
  const host = `${me.webview}${location.port ? `:${location.port}` : ""}`;
  return `${location.protocol}//${host}/__webview__/open?${new URLSearchParams({ url: place.web, device: "wechat" })}`;
};

export const webPage = () => {
  const title = h("h2");
  const holder = h("div.web-frame");
  const node = h("div.web-page", { hidden: true });
  let address = "";
  let frame = null;
  const button = (label, shape, onclick) => h("button.round", { type: "button", "aria-label": label, title: label, onclick }, icon(shape));
  fill(
    node,
    h(
      "header.wechat-head",
      button("关闭网页", "close", () => go({ web: "" })),
      title,
      button("刷新", "reload", () => frame?.contentWindow.postMessage({ webviewCommand: "reload" }, "*")),
    ),
    holder,
  );
  window.addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.data?.kind === "page") title.textContent = event.data.title || place.web;
  });

  const show = (me) => {
    const wanted = me && place.web ? addressOf(me) : "";
    node.hidden = !wanted;
    if (wanted === address) return;
    address = wanted;
    frame = wanted ? h("iframe", { src: wanted, title: "网页" }) : null;
    title.textContent = wanted ? "网页" : "";
    fill(holder, frame);
  };
  return { node, show };
};
