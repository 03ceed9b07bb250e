/* The WeCom client as the pages see it: sign the page once, then call. Tells apart: not in WeCom, refused, silent. */
(() => {
  "use strict";
  const fact = (name) => document.querySelector(`meta[name="${name}"]`)?.content || "";
  const inWeCom = /wxwork\//i.test(navigator.userAgent);
  const SILENT_AFTER = 8000;
  const APIS = ["getContext", "getCurExternalContact", "getCurExternalChat", "sendChatMessage", "openEnterpriseChat", "shareToExternalMoments", "checkJsApi"];
  const CHATS = ["single_chat_tools", "contact_profile", "single_kf_tools", "chat_attachment"];
  const REASONS = [
    [/cancel/i, "cancel", "已取消，没有发送"],
    [/without context/i, "context", "请从客户聊天打开侧边栏"],
    [/function not exist|unsupported/i, "old", "企业微信版本太旧，请更新后再试"],
    [/permission|no permission/i, "permission", "没有客户联系权限，请联系总部开通"],
    [/signature|40093|config/i, "signature", "页面签名没有通过，请关闭后重新打开"],
  ];
  let ready = null;

  const problem = (error) => {
    const text = String(error?.errMsg || error?.message || error || "");
    const [, kind, words] = REASONS.find(([pattern]) => pattern.test(text)) || [null, "failed", "企业微信没有响应，请再试一次"];
    return { kind: error?.kind || kind, words: error?.words || words, text };
  };

  const sign = (kind) => async (url) => {
    const answer = await fetch(`${fact("signature")}?kind=${kind}&url=${encodeURIComponent(url)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`signature ${answer.status}`);
    const { timestamp, nonceStr, signature } = await answer.json();
    return { timestamp, nonceStr, signature };
  };

  const start = () => {
    ready ??= new Promise((resolve, reject) => {
      if (!window.ww || !inWeCom) return reject({ kind: "outside", words: "请在企业微信中打开" });
      const silent = () => reject({ kind: "silent", words: "企业微信没有响应，请关闭后重新打开" });
      const timer = setTimeout(silent, SILENT_AFTER);
      const settle = (act) => (value) => { clearTimeout(timer); act(value); };
      window.ww.register({
        corpId: fact("corp"), agentId: fact("agent"), jsApiList: APIS,
        getConfigSignature: sign("corp"), getAgentConfigSignature: sign("agent"),
        onAgentConfigSuccess: settle(resolve), onAgentConfigFail: settle(reject), onConfigFail: settle(reject),
      });
    });
    ready.catch(() => { ready = null; });
    return ready;
  };

  /* A call that the client never answers ends after `patience` ms; sending waits longer, as the client may ask her to confirm. */
  const call = async (name, params = {}, patience = SILENT_AFTER) => {
    try {
      await start();
      let timer;
      const silence = new Promise((_, reject) => { timer = setTimeout(() => reject({ kind: "silent", words: "企业微信没有响应，请再试一次" }), patience); });
      return await Promise.race([window.ww[name](params), silence]).finally(() => clearTimeout(timer));
    } catch (error) {
      throw problem(error);
    }
  };

  const context = async () => {
    const { entry } = await call("getContext");
    if (entry === "group_chat_tools") return { entry, customer: "" };
    if (!CHATS.includes(entry)) return { entry, customer: "" };
    const { userId } = await call("getCurExternalContact");
    return { entry, customer: userId };
  };

  const post = async (url, body) => {
    const form = body instanceof FormData;
    const headers = { Accept: "application/json", "X-CSRFToken": fact("csrf"), ...(form ? {} : { "Content-Type": "application/json" }) };
    const signal = !form && AbortSignal.timeout ? AbortSignal.timeout(10000) : undefined;
    const answer = await fetch(url, { method: "POST", headers, body: form ? body : JSON.stringify(body), signal });
    const data = await answer.json().catch(() => ({}));
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw { status: answer.status, code: data.error, words: data.message || "没有成功，请再试一次", fields: data.fields };
    return { status: answer.status, ...data };
  };

  let fading;
  const toast = (words, undo, name = "撤销") => {
    const box = document.getElementById("toast");
    const button = box.querySelector("button");
    box.querySelector("span").textContent = words;
    button.hidden = !undo;
    button.textContent = name;
    button.onclick = () => { box.hidden = true; undo(); };
    box.hidden = false;
    clearTimeout(fading);
    fading = setTimeout(() => { box.hidden = true; }, undo ? 5000 : 2500);
  };

  /* Notes kept on the phone. A webview may refuse storage (or be full): then this page keeps them, for as long as it is open. */
  const inPage = new Map();
  const notes = (name) => {
    const there = () => window[name];
    return {
      get(key) { if (inPage.has(key)) return inPage.get(key); try { return there().getItem(key); } catch { return null; } },
      set(key, value) { try { there().setItem(key, value); inPage.delete(key); } catch { inPage.set(key, value); } },
      remove(key) { inPage.delete(key); try { there().removeItem(key); } catch { /* nothing was kept there */ } },
    };
  };
  const drafts = notes("sessionStorage");
  const box = notes("localStorage");

  /* Her chat, in the client: a page opened from a list or from the workbench stands beside no chat and cannot send. */
  const enterChat = (customer) => call("openEnterpriseChat", { groupName: "", userIds: [], externalUserIds: [customer] });

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  window.guide = { fact, inWeCom, call, context, enterChat, post, toast, wait, problem, drafts, box };

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = fact("csrf");
    event.detail.headers.Accept = "application/json";
  });
  document.addEventListener("htmx:responseError", (event) => {
    const xhr = event.detail.xhr;
    if (xhr.status === 401) return location.reload();
    let words = "没有成功，请再试一次";
    try { words = JSON.parse(xhr.responseText).message || words; } catch { /* a proxy's page is no JSON: the usual words stand */ }
    toast(words);
  });
  document.addEventListener("htmx:sendError", () => toast("网络不好，请再试一次"));
})();
