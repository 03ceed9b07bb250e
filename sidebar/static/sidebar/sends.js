/* Sending to the chat and reporting it: a report is kept on the phone until the server has it, so no network loses nothing. */
(() => {
  "use strict";
  const { fact, call, post, toast, box } = window.guide;
  const BOX = "guidedesk.sends";
  const CONFIRM = 60000;
  const KEEP = 3 * 24 * 3600 * 1000;

  const load = () => { try { return JSON.parse(box.get(BOX)) || []; } catch { return []; } };
  const save = (list) => box.set(BOX, JSON.stringify(list.slice(-200)));
  const once = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(16).slice(2, 14)}-${Math.random().toString(16).slice(2, 10)}`);

  let flushing = false;
  const flush = async () => {
    if (flushing) return;
    flushing = true;
    try {
      for (const report of load().filter((one) => one.staff === fact("staff"))) {
        try {
          await post("/sidebar/sends", report);
        } catch (error) {
          const refused = error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
          if (!refused && Date.now() - report.at < KEEP) return;
        }
        save(load().filter((one) => one.once !== report.once));
      }
    } finally {
      flushing = false;
    }
  };

  const report = (facts) => {
    const task = fact("task") ? { task: Number(fact("task")) } : {};
    const entry = { ...facts, ...task, once: once(), at: Date.now(), staff: fact("staff"), customer: fact("customer") };
    save([...load(), entry]);
    return flush();
  };

  /* The client sends into the chat that is open now; when that is no longer this page's customer, go to the right page instead. */
  const sameChat = async () => {
    const { userId } = await call("getCurExternalContact");
    if (userId === fact("customer")) return true;
    toast("聊天已换人，正在打开这位客户");
    location.href = `/sidebar/customers/${encodeURIComponent(userId)}`;
    return false;
  };

  /* Sends the messages in order; resolves to how many went out. A cancel stops the rest and is no error. */
  const send = async (messages, facts) => {
    let sent = 0;
    try {
      if (!(await sameChat())) return 0;
      for (const message of messages) {
        await call("sendChatMessage", { ...message, enterChat: sent === messages.length - 1 }, CONFIRM);
        sent += 1;
      }
      toast(messages.length > 1 ? `已发送 ${sent} 条` : "已发送");
    } catch (error) {
      toast(sent ? `发了 ${sent} / ${messages.length} 条，${error.words}` : error.words);
    }
    if (sent) report({ ...facts, bubbles: sent });
    return sent;
  };

  window.guide.send = send;
  window.guide.flush = flush;
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  setInterval(flush, 15000);
  flush();
})();
