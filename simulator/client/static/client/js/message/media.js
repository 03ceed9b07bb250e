// Pictures, videos, voices and files. The server API and the JS-SDK spell their fields differently: both are read here.

import { openDialog } from "../dialog.js";
import { h } from "../element.js";
import { icon } from "../icons.js";
import { toast } from "../toast.js";

const mediaOf = (body) => body.media_id || body.mediaid || body.pic_media_id || body.thumb_media_id || "";
const hosted = (id) => (id ? `/files/media/${encodeURIComponent(id)}` : "");

/** Where a message's picture or file can be read. */
export const fileUrl = (body) => body.pic_url || body.imgUrl || body.picurl || body.url_local || hosted(mediaOf(body));

export const picture = (url, alt) => {
  if (!url) return h("span.picture-gone", "图片已失效");
  const image = h("img", { src: url, alt, loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(h("span.picture-gone", "图片已失效")));
  const show = () => openDialog("图片", () => h("img.picture-large", { src: url, alt }), { wide: true });
  return h("button.picture", { type: "button", onclick: show, "aria-label": `查看${alt}` }, image);
};

export const video = (body) => {
  const url = hosted(body.media_id || body.mediaid) || body.url;
  const play = () => openDialog(body.title || "视频", () => h("video.video-large", { src: url, controls: true, autoplay: true }), { wide: true });
  return h(
    "button.video",
    { type: "button", onclick: play, "aria-label": `播放视频 ${body.title || ""}` },
    h("span.video-play", icon("play")),
    body.title && h("span.video-title", body.title),
    body.description && h("span.video-note", body.description),
  );
};

export const voice = (body) => {
  const seconds = body.duration || body.play_length;
  const play = () => new Audio(fileUrl(body)).play().catch(() => toast("浏览器放不出这段语音（amr 格式或已过期）"));
  return h("button.voice", { type: "button", onclick: play, "aria-label": "播放语音" }, icon("voice"), seconds ? `${seconds}″` : "语音");
};

const size = (bytes) => (bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);

export const file = (body) => {
  const url = fileUrl(body);
  return h(
    url ? "a.file-card" : "div.file-card",
    url && { href: url, target: "_blank", rel: "noopener" },
    h(
      "span.file-words",
      h("span.file-name", body.filename || body.title || "文件"),
      h("span.file-note", body.file_size ? size(body.file_size) : "文件"),
    ),
    h("span.file-icon", icon("file")),
  );
};
