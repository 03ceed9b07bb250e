/* Sending to the chat and reporting it: asked for first, as she may not want it. A cancel is no send; a report waits for the network. */
(() => {
  "use strict";
  const { fact, call, enterChat, keep, post, toast } = window.guide;
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

  /* Why she should not get it now, in a sheet; resolves to true when the guide says it answers what she just asked.
     Where that would not help (`hint` says why) it is not offered. */
  const isReply = ({ reason, reply: offered, hint }) => new Promise((resolve) => {
    const box = document.getElementById("ask");
    const answer = (reply) => { box.hidden = true; box.onclick = null; box.onkeydown = null; resolve(reply); };
    box.querySelector(".why-not").textContent = reason;
    box.querySelector(".hint").textContent = hint || "客户刚问了您、您是在回答，才可以发；会记在客户的轨迹里，写着您的名字。";
    box.querySelector('button[data-answer="reply"]').hidden = !offered;
    box.onclick = (event) => { const chosen = event.target.closest("[data-answer]"); if (chosen) answer(chosen.dataset.answer === "reply"); };
    box.onkeydown = (event) => { if (event.key === "Escape") answer(false); };
    box.hidden = false;
    box.querySelector('button[data-answer="no"]').focus();
  });

  /* Resolves to what the report says of it ({reply}), or null when it must not go out. */
  const allowed = async (item) => {
    const url = `/sidebar/customers/${encodeURIComponent(fact("customer"))}/sending`;
    const answer = await post(url, { item, reply: false });
    if (answer.may) return {};
    if (!(await isReply(answer))) return null;
    const again = await post(url, { item, reply: true });
    if (again.may) return { reply: true };
    throw { words: again.reason };
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
    let said = {};
    try {
      if (!(await sameChat())) return 0;
      said = await allowed(facts.item);
      if (!said) return 0;
      for (const message of messages) {
        await sendOne({ ...message, enterChat: sent === messages.length - 1 }, renew);
        sent += 1;
      }
      toast(messages.length > 1 ? `已发送 ${sent} 条` : "已发送");
    } catch (error) {
      const words = error.words || "网络不好，没有发出去，请再试一次";
      const chat = () => enterChat(fact("customer")).catch((refused) => toast(refused.words));
      if (error.kind === "context") toast("这里不是这位客户的聊天窗口，进聊天再发", chat, "去聊天");
      else toast(sent ? `发了 ${sent} / ${messages.length} 条，${words}` : words);
    }
    if (sent) report({ ...facts, ...said, bubbles: sent });
    return sent;
  };

  window.guide.send = send;
})();
