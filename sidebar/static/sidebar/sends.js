/* Sending to the chat and reporting it. What the client cancels is not a send; a report waits for the network like every deed. */
(() => {
  "use strict";
  const { fact, call, enterChat, keep, toast } = window.guide;
  const CONFIRM = 60000;

  /* What she sent may be the very care that was due: then its line goes, and she is told. */
  const report = async (facts) => {
    const task = fact("task") ? { task: Number(fact("task")) } : {};
    const answer = await keep("/sidebar/sends", { ...facts, ...task, customer: fact("customer") }, "发送记录").catch(() => null);
    if (!answer?.data?.care) return;
    document.querySelectorAll("[data-care]").forEach((line) => { line.hidden = true; });
    toast("已发送，今日关怀也记为完成");
  };

  /* The client sends into the chat that is open now; when that is no longer this page's customer, go to the right page instead. */
  const sameChat = async () => {
    const { userId } = await call("getCurExternalContact");
    if (userId === fact("customer")) return true;
    toast("聊天已换人，正在打开这位客户");
    location.href = `/sidebar/customers/${encodeURIComponent(userId)}`;
    return false;
  };

  /* One message; refused with a file in it, the platform may have forgotten the file: `renew` gives the message a new one, once. */
  const sendOne = async (message, renew) => {
    try {
      await call("sendChatMessage", message, CONFIRM);
    } catch (error) {
      if (!renew || error.kind !== "failed") throw error;
      await call("sendChatMessage", { ...message, ...(await renew(message)) }, CONFIRM);
    }
  };

  /* Sends the messages in order; resolves to how many went out. A cancel stops the rest and is no error. */
  const send = async (messages, facts, renew) => {
    let sent = 0;
    try {
      if (!(await sameChat())) return 0;
      for (const message of messages) {
        await sendOne({ ...message, enterChat: sent === messages.length - 1 }, renew);
        sent += 1;
      }
      toast(messages.length > 1 ? `已发送 ${sent} 条` : "已发送");
    } catch (error) {
      const chat = () => enterChat(fact("customer")).catch((refused) => toast(refused.words));
      if (error.kind === "context") toast("这里不是她的聊天窗口，进聊天再发", chat, "去聊天");
      else toast(sent ? `发了 ${sent} / ${messages.length} 条，${error.words}` : error.words);
    }
    if (sent) report({ ...facts, bubbles: sent });
    return sent;
  };

  window.guide.send = send;
})();
