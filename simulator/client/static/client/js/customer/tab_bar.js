// The bar at the foot of WeChat: 微信, 发现, 我.

import { h, refill } from "../element.js";
import { icon } from "../icons.js";
import { go, place } from "../place.js";

const TABS = [["", "微信", "chat"], ["discover", "发现", "compass"], ["me", "我", "person"]];

export const tabBar = () => {
  const node = h("nav.tab-bar", { "aria-label": "微信" });
  const show = (visible) => {
    node.hidden = !visible;
    refill(node, [place.tab], () =>
      TABS.map(([tab, word, shape]) =>
        h("button", { type: "button", "aria-current": place.tab === tab ? "true" : undefined, onclick: () => go({ tab }) }, icon(shape), word),
      ),
    );
  };
  return { node, show };
};
