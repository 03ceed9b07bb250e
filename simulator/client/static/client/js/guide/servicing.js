// Whether the member takes 微信客服 sessions at the moment, for each account she serves.

import { avatar } from "../avatar.js";
import * as control from "../control.js";
import { openDialog } from "../dialog.js";
import { fill, h } from "../element.js";
import { attempt } from "../toast.js";

const CHOICES = [["接待中", 1, 0], ["暂时挂起", 2, 1], ["停止接待", 2, 0]];

const chosen = ({ status, stop_type: stop }) => (status === 0 ? 0 : stop === 1 ? 1 : 2);

const row = (account, mine, me) => {
  const box = h("div.choice", { role: "group", "aria-label": account.name });
  const paint = (at) =>
    fill(
      box,
      CHOICES.map(([word, status, stop], index) =>
        h("button.filter", { type: "button", "aria-pressed": String(index === at), onclick: () => set(index, status, stop) }, word),
      ),
    );
  const set = async (index, status, stop) => {
    const wanted = { userid: me.userid, open_kfid: account.open_kfid, status, stop_type: stop };
    if (await attempt(() => control.act("servicer_changes_status", wanted))) paint(index);
  };
  paint(chosen(mine));
  return h("div.row", avatar(account.name, account.avatar), h("span.row-text", h("span.row-title", account.name)), box);
};

export const openServicing = (me) =>
  openDialog("客服接待状态", () => {
    const box = h("div.servicing", h("p.empty", "正在读取…"));
    attempt(control.kfAccounts).then((accounts) => {
      if (!accounts) return;
      const hers = accounts
        .map((account) => [account, account.servicers.find(({ userid }) => userid === me.userid)])
        .filter(([, mine]) => mine);
      fill(box, hers.length ? hers.map(([account, mine]) => row(account, mine, me)) : h("p.empty", "她不是任何客服账号的接待人员。"));
    });
    return box;
  });
