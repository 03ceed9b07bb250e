/* Deeds that must not be lost: each is kept on the phone until the server has it, sent in order and counted once (`once`). */
(() => {
  "use strict";
  const { fact, post, box, toast } = window.guide;
  const BOX = "guidedesk.waiting";
  const KEEP = 3 * 24 * 3600 * 1000;
  const RETRY = 15000;
  const takers = new Map();

  const load = () => { try { return JSON.parse(box.get(BOX)) || []; } catch { return []; } };
  const save = (list) => { box.set(BOX, JSON.stringify(list.slice(-200))); show(); };
  const mine = () => load().filter((one) => one.staff === fact("staff"));
  const once = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(16).slice(2, 14)}-${Math.random().toString(16).slice(2, 10)}`);

  function show() {
    const pill = document.getElementById("waiting");
    const count = mine().filter((one) => one.tried).length;
    if (!pill) return;
    pill.hidden = count === 0;
    pill.textContent = count ? `待同步 ${count} 项 · 有网络后自动发出` : "";
  }

  /* A page that stood open too long has an old token: its deeds wait for the next page. */
  const refused = (error) => error.code !== "csrf" && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
  const settle = (id, act, value) => { const taker = takers.get(id); takers.delete(id); if (taker) taker[act](value); return Boolean(taker); };

  let flushing = false;
  const flush = async () => {
    if (flushing) return;
    flushing = true;
    try {
      for (let one = mine()[0]; one; one = mine()[0]) {
        try {
          const data = await post(one.url, one.body);
          save(load().filter((other) => other.once !== one.once));
          settle(one.once, "resolve", { data });
        } catch (error) {
          if (!refused(error) && Date.now() - one.at < KEEP) {
            save(load().map((other) => (other.staff === fact("staff") ? { ...other, tried: true } : other)));
            [...takers.keys()].forEach((id) => settle(id, "resolve", { waiting: true }));
            return;
          }
          save(load().filter((other) => other.once !== one.once));
          if (!settle(one.once, "reject", error) && one.url !== "/sidebar/sends") toast(`${one.what || "刚才的操作"}没有保存：${error.words || "已过期"}`);
        }
      }
    } finally {
      flushing = false;
    }
  };

  /* Resolves to {data} when the server has it, {waiting: true} while the network is away; rejects with the server's words. */
  const keep = (url, body, what) => {
    const id = once();
    const told = new Promise((resolve, reject) => takers.set(id, { resolve, reject }));
    save([...load(), { once: id, url, what, body: { ...body, once: id, at: Date.now() }, at: Date.now(), staff: fact("staff") }]);
    flush();
    return told;
  };
  const kept = (url) => mine().filter((one) => one.url === url).map((one) => one.body);

  window.guide.keep = keep;
  window.guide.kept = kept;
  window.guide.flush = flush;
  window.addEventListener("online", flush);
  window.addEventListener("offline", show);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  setInterval(flush, RETRY);
  show();
  flush();
})();
