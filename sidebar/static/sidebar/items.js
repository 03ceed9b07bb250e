/* One item of the library as a card: send, change first, copy, 朋友圈, keep at hand (Alpine components, CSP build). */
(() => {
  "use strict";
  const { fact, call, post, keep, send, toast, wait, drafts } = window.guide;
  const facts = (element, name) => JSON.parse(element.dataset[name]);
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  };
  /* Media is put on the platform when it is asked for: ask again until it is there. */
  const prepared = async (url, lost = "") => {
    for (let turn = 0; turn < 30; turn += 1) {
      const answer = await post(url, { lost });
      if (!answer.wait) return answer;
      await wait(turn < 5 ? 300 : 800);
    }
    throw { words: "文件上传得有点慢，请稍后再试" };
  };
  const fileOf = (message) => message[message.msgtype]?.mediaid || "";
  /* The platform may have forgotten a file before its time: one it refused is asked for anew, once, within the same tap. */
  const renewing = (url) => async (message) => (await prepared(url, fileOf(message))).messages[0];
  let postable = null;
  const canPost = () => {
    postable ??= call("checkJsApi", { jsApiList: ["shareToExternalMoments"] }).then(
      ({ checkResult }) => (typeof checkResult === "string" ? JSON.parse(checkResult) : checkResult || {}).shareToExternalMoments === true,
      () => false,
    );
    return postable;
  };
  /* Opens 朋友圈 with the text and what goes with it; the guide still posts by herself. */
  const openMoments = (text, attachments) => call("shareToExternalMoments", { text: { content: text.slice(0, 2000) }, attachments }, 60000);
  const postMoments = async (text, attachments, renew) => {
    try {
      await openMoments(text, attachments);
    } catch (error) {
      if (error.kind !== "failed" || !attachments.some(fileOf)) throw error;
      await openMoments(text, await Promise.all(attachments.map(renew)));
    }
  };
  Object.assign(window.guide, { canPost, copy, postMoments, prepared, renewing });

  document.addEventListener("alpine:init", () => {
    const { Alpine } = window;

    Alpine.data("item", () => ({
      item: 0, version: 0, title: "", bubbles: [], drafts: [], script: true, kept: false, had: false, ends: null, files: false, base: "",
      mode: "", open: false, busy: false, sent: false, direct: false, problem: "",
      init() { Object.assign(this, facts(this.$el, "item")); this.drafts = this.remembered(); },
      get again() { return this.had || this.sent; },
      get label() { return this.busy ? "发送中…" : this.again ? "再发一次" : "发送"; },
      get forChat() { return `${this.base}/messages?c=${encodeURIComponent(fact("customer"))}`; },
      get forMoments() { return `${this.base}/messages?for=moments`; },
      get sheet() { return this.mode !== ""; },
      get editing() { return this.mode === "edit"; },
      get posting() { return this.mode === "post"; },
      get sheetTitle() { return this.editing ? "改一改再发" : "发朋友圈"; },
      get large() { return `${this.base}/picture?size=large&v=${this.version}`; },
      get place() { return `guidedesk.draft.${fact("customer")}.${this.version}`; },
      /* What she changed and did not send yet stays with this customer, also over a tab change. */
      remembered() { try { return JSON.parse(drafts.get(this.place)) || [...this.bubbles]; } catch { return [...this.bubbles]; } },
      unfold() { this.open = !this.open; },
      edit() { this.mode = "edit"; },
      close() { this.mode = ""; },
      reach(index, element) { if (index === 0) this.$nextTick(() => element.focus()); },
      restore() { this.drafts = [...this.bubbles]; drafts.remove(this.place); },
      write(index, event) { this.drafts[index] = event.target.value; drafts.set(this.place, JSON.stringify(this.drafts)); },
      async copy() { toast((await copy((this.editing ? this.drafts : this.bubbles).join("\n"))) ? "已复制" : "长按文字可以复制"); },
      over() { if (this.ends && Date.now() > this.ends) { toast("这条内容已过有效期，请刷新后换一条"); return true; } return false; },
      async keep() { await this.favour(!this.kept, true); },
      async favour(on, undoable) {
        this.kept = on;
        try {
          const { waiting } = await keep(`${this.base}/favourite`, { on }, "收藏");
          toast(waiting ? "没有网络，稍后自动收藏" : on ? "已收藏，在“话术/素材”最上面" : "已取消收藏", undoable ? () => this.favour(!on, false) : undefined);
        } catch (error) {
          this.kept = !on;
          toast(error.words);
        }
      },
      send() { return this.out(this.bubbles); },
      sendEdited() { return this.out(this.drafts); },
      async out(words) {
        if (this.over()) return;
        if (!fact("customer")) { if (this.script) await copy(words.join("\n")); return toast(this.script ? "已复制；从客户聊天打开侧边栏可一键发送" : "请从客户聊天打开侧边栏再发"); }
        this.busy = true;
        try {
          const texts = words.map((text) => text.trim()).filter(Boolean);
          if (this.script && !texts.length) return toast("内容是空的");
          const ready = this.script ? { version: this.version, messages: texts.map((content) => ({ msgtype: "text", text: { content } })) }
            : await prepared(this.forChat);
          const edited = this.script && texts.join("\n") !== this.bubbles.join("\n");
          const count = await send(ready.messages, { item: this.item, version: ready.version, edited }, ready.messages.some(fileOf) ? renewing(this.forChat) : undefined);
          if (count) { this.sent = true; this.mode = ""; drafts.remove(this.place); }
        } catch (error) {
          toast(error.words || "网络不好，没有发出去，请再试一次");
        } finally {
          this.busy = false;
        }
      },
      async post() {
        this.mode = "post";
        this.problem = "";
        this.direct = await canPost();
      },
      async share() {
        if (this.over()) return;
        this.busy = true;
        this.problem = "";
        try {
          const { messages } = await prepared(this.forMoments);
          await postMoments(this.bubbles.join("\n"), messages, renewing(this.forMoments));
          this.mode = "";
          toast("已打开朋友圈发布");
        } catch (error) {
          this.problem = error.words || "没有成功，请用复制和长按保存";
        } finally {
          this.busy = false;
        }
      },
    }));
  });
})();
