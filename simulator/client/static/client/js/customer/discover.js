// 发现: 朋友圈 and 扫一扫.

import { h, refill } from "../element.js";
import { icon } from "../icons.js";
import { go } from "../place.js";
import { head } from "./heads.js";
import { openScan } from "./scan.js";

const entry = (word, shape, tone, onclick) => h("button.entry", { type: "button", onclick }, h(`span.entry-icon.${tone}`, icon(shape)), word, icon("next"));

export const discover = (root) => ({
  show: ({ me }) =>
    refill(root, ["discover", me.external_userid], () => [
      head(null, "发现"),
      h("div.entries", entry("朋友圈", "aperture", "rainbow", () => go({ tab: "moments" }))),
      h("div.entries", entry("扫一扫", "scan", "blue", () => openScan(me))),
    ]),
});
