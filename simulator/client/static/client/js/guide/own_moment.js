// The guide's own post for her customers: text, and pictures from this computer or one link.

import * as control from "../control.js";
import { field, openForm } from "../dialog.js";
import { h } from "../element.js";
import { go } from "../place.js";
import { attempt, toast } from "../toast.js";

const MOST_PICTURES = 9;

const attachmentsOf = async (files, { title, url }) => {
  if (files.length) {
    const kept = await Promise.all(files.map(control.keepFile));
    return kept.map(({ body }) => ({ msgtype: "image", image: { media_id: body.media_id } }));
  }
  return url ? [{ msgtype: "link", link: { title: title || url, url } }] : [];
};

export const openOwnMoment = (me) => {
  const pictures = h("input", { type: "file", accept: "image/png,image/jpeg", multiple: true });
  openForm(
    "发表到客户朋友圈",
    [
      field("这一刻的想法", { name: "text", rows: 4, maxlength: 1300 }),
      h("label.field", h("span", `图片（最多 ${MOST_PICTURES} 张）`), pictures),
      h("div.form-pair.even", field("或链接标题", { name: "title", maxlength: 64 }), field("链接地址", { name: "url", type: "url", placeholder: "https://" })),
    ],
    "发表",
    async (values) => {
      const files = [...pictures.files];
      if (files.length > MOST_PICTURES) return toast(`最多 ${MOST_PICTURES} 张图片`, "bad");
      if (!values.text && !files.length && !values.url) return toast("写点什么，或者选一张图片", "bad");
      const posted = await attempt(
        async () => control.act("member_posts_moment", { userid: me.userid, text: values.text, attachments: await attachmentsOf(files, values) }),
        "已发表",
      );
      if (posted) go({ with: "moments", panel: "" });
      return posted;
    },
  );
};
