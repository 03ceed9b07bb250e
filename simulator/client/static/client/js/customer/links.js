// What happens when the customer presses a link in WeChat: codes of the platform act, everything else opens as a page.

import { go } from "../place.js";
import { attempt, toast } from "../toast.js";
import { readCode, useCode } from "./codes.js";

const WEB = /^https?:\/\//i;

export const openLink = (url, me) => {
  const code = readCode(url);
  if (code) return attempt(() => useCode(code, { external_userid: me.external_userid }));
  return WEB.test(url) ? go({ web: url }) : toast("这个链接打不开");
};
