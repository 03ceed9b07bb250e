// The guide's webview beside her chat: the chat's sidebar, or a page that a card, a menu or a link opened.

import { fill, h } from "../element.js";
import { icon } from "../icons.js";
import { go, place, talkOf } from "../place.js";
import { toast } from "../toast.js";
import { isNarrow } from "../width.js";
import { reactTo } from "./reactions.js";

const SIDEBAR_PATH = document.documentElement.dataset.sidebar;

/** Show an address in the member's webview (product pages lose nothing: they are served there as inside WeCom). */
export const openPage = (url) => go({ panel: url });
export const openHome = (app) => go({ panel: app.home_url || SIDEBAR_PATH });

const originOf = (userid) => `${location.protocol}//${userid.toLowerCase()}.webview.localhost${location.port ? `:${location.port}` : ""}`;

/** Where the sidebar stands (DOC 94315): the chat decides the entry and what the page may ask for. */
const entryOf = (talk) => {
  if (talk.kind === "customer") return { entry: "single_chat_tools", external_userid: talk.id };
  if (talk.kind === "group") return { entry: "group_chat_tools", chat_id: talk.id };
  if (talk.kind === "kf") return { entry: "single_kf_tools", external_userid: talk.external, open_kfid: talk.id };
  return null;
};

const addressOf = () => {
  if (!place.member || !place.panel) return "";
  const inChat = place.panel === "sidebar";
  const entry = entryOf(talkOf(place.with));
  if (inChat && !entry) return "";
  const args = inChat ? { ...entry, path: SIDEBAR_PATH } : { entry: "normal", url: place.panel };
  return `${originOf(place.member)}/__webview__/open?${new URLSearchParams({ ...args, device: isNarrow() ? "phone" : "desktop" })}`;
};

const OPENING = "正在打开…";
const SUCCEEDED = /:(ok|yes)$/;

/** `desk` gives what is known of the member at the moment. */
export const panel = (root, desk) => {
  const title = h("span.webview-title", "");
  const holder = h("div.webview-frame");
  let frame = null;
  let address = "";

  const tell = (webviewCommand) => () => frame?.contentWindow.postMessage({ webviewCommand }, "*");
  const close = () => go({ panel: "" });
  const button = (name, shape, onclick) => h("button.round", { type: "button", "aria-label": name, title: name, onclick }, icon(shape));
  fill(
    root,
    h("header.webview-head", button("后退", "back", tell("back")), title, button("刷新", "reload", tell("reload")), button("关闭", "close", close)),
    holder,
  );

  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || !event.data?.webview) return;
    const { kind, name, result } = event.data;
    if (kind === "page") title.textContent = event.data.title || "网页";
    if (kind === "call" && SUCCEEDED.test(result?.err_msg || "")) reactTo(name, desk());
    if (kind === "call" && /:cancel/.test(result?.err_msg || "")) toast("已取消发送");
  });

  const show = () => {
    const wanted = addressOf();
    if (wanted === address) return;
    address = wanted;
    frame = wanted ? h("iframe", { src: wanted, title: "应用页面", allow: "clipboard-write; fullscreen" }) : null;
    title.textContent = wanted ? OPENING : "";
    // A page that is not the product's (it is down, or the address leads elsewhere) never tells its title.
    frame?.addEventListener("load", () => title.textContent === OPENING && (title.textContent = "网页"));
    fill(holder, frame);
  };
  return { show, isOpen: () => Boolean(address) };
};
