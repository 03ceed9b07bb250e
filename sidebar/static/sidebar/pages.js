/* What each page does by itself (Alpine components, CSP build): no page knows the WeCom client but through window.guide. */
(() => {
  "use strict";
  const { fact, context, enterChat, post, keep, kept, send, copy, toast, wait, drafts } = window.guide;
  const facts = (element, name) => JSON.parse(element.dataset[name]);
  const PLACES = {
    group: ["这是群聊", "群里不能看单个客户。点群成员头像，打开单聊再用侧边栏。", ""],
    normal: ["没有打开客户聊天", "从下面选一位客户，或在客户的聊天里打开侧边栏。", ""],
    permission: ["没有客户联系权限", "还没加好友的，先加为好友；已经是好友的，请总部在管理后台把您加入“客户联系”的使用范围。", "warn"],
    context: ["没有打开客户聊天", "从下面选一位客户，或在客户的聊天里打开侧边栏。", ""],
    signature: ["页面签名没有通过", "请关闭后重新打开；仍不行请把这句话发给总部。", "warn"],
    silent: ["企业微信没有响应", "请关闭侧边栏再打开一次。", "warn"],
    old: ["企业微信版本太旧", "请把企业微信更新到最新版，再打开侧边栏。", "warn"],
    outside: ["请在企业微信中打开", "这里仍可查看您的客户和任务。", ""],
    failed: ["没能识别聊天中的客户", "请关闭侧边栏再打开一次，或从下面选择。", "warn"],
  };

  /* A shelf that holds more than the screen shows what is chosen in it. */
  document.querySelectorAll(".shelf .on").forEach((chosen) => {
    const shelf = chosen.closest(".shelf");
    const [inner, outer] = [chosen.getBoundingClientRect(), shelf.getBoundingClientRect()];
    if (inner.right > outer.right) shelf.scrollLeft = inner.left - outer.left - (outer.width - inner.width) / 2;
  });

  document.addEventListener("alpine:init", () => {
    const { Alpine } = window;

    Alpine.data("home", () => ({
      looking: true, notice: "", advice: "", kind: "", again: false,
      async init() {
        try {
          const { entry, customer } = await context();
          if (customer) return location.replace(`/sidebar/customers/${encodeURIComponent(customer)}`);
          this.say(entry === "group_chat_tools" ? "group" : "normal");
        } catch (error) {
          this.say(PLACES[error.kind] ? error.kind : "failed");
        }
      },
      say(place) {
        [this.notice, this.advice, this.kind] = PLACES[place];
        this.again = this.kind === "warn";
        this.looking = false;
      },
      reload() { location.reload(); },
    }));

    /* The sidebar stays open while she changes chats: follow the chat when the page is seen again. */
    Alpine.data("watch", () => ({
      apart: false,
      init() {
        if (!window.guide.inWeCom) return;
        document.addEventListener("visibilitychange", () => { if (!document.hidden) this.follow(); });
        context().then(({ customer }) => { this.apart = customer !== fact("customer"); }, (error) => { this.apart = error.kind === "context"; });
      },
      chat() { enterChat(fact("customer")).catch((error) => toast(error.words)); },
      async follow() {
        const now = await context().catch(() => null);
        if (now?.customer && now.customer !== fact("customer")) location.replace(`/sidebar/customers/${encodeURIComponent(now.customer)}`);
      },
    }));

    Alpine.data("tagging", () => ({
      on: [], names: {}, may: false, url: "", sheet: false, sought: "",
      init() {
        Object.assign(this, facts(this.$el, "tags"));
        kept(this.url).forEach(({ add = [], remove = [] }) => { add.forEach((id) => this.set(id, true)); remove.forEach((id) => this.set(id, false)); });
      },
      get none() { return this.on.length === 0; },
      shown(id) { return this.may ? `${this.names[id]} ×` : this.names[id]; },
      has(id) { return this.on.includes(id); },
      open() { this.sheet = true; this.sought = ""; if (navigator.onLine) document.body.dispatchEvent(new Event("tags-shown")); },
      close() { this.sheet = false; },
      look(event) { this.sought = event.target.value.trim().toLowerCase(); },
      fits(id) { return !this.sought || (this.names[id] || "").toLowerCase().includes(this.sought); },
      anyOf(ids) { return ids.some((id) => this.fits(id)); },
      flip(id) { this.change(id, !this.has(id), true); },
      set(id, present) { this.on = present ? [...new Set([...this.on, id])] : this.on.filter((one) => one !== id); },
      /* Shown at once; deeds go out one after another, so that two quick taps end as she saw them. */
      async change(id, wanted, undoable) {
        this.set(id, wanted);
        try {
          const { waiting } = await keep(this.url, wanted ? { add: [id] } : { remove: [id] }, "标签");
          const words = waiting ? "没有网络，先记下了：" : wanted ? "已打上" : "已去掉";
          if (undoable || waiting) toast(`${words}「${this.names[id]}」`, undoable ? () => this.change(id, !wanted, false) : undefined);
        } catch (error) {
          this.set(id, !wanted);
          toast(error.words);
        }
      },
    }));

    Alpine.data("poster", () => ({
      item: 0, version: 0, media: "", ready: false, mediaid: "", busy: false, sent: false, problem: "", preparing: null,
      init() {
        Object.assign(this, facts(this.$el, "poster"));
        if (this.ready && fact("customer")) this.prepare();
      },
      get label() { return this.busy ? "准备中…" : this.sent ? "再发一次" : "发送给客户"; },
      /* The media is asked for while she looks at the poster, so that sending is one tap without a wait. */
      prepare() {
        this.preparing ??= this.poll().catch((error) => { this.preparing = null; throw error; });
        this.preparing.catch((error) => { this.problem = error.words || "图片没有准备好，请再试一次"; });
        return this.preparing;
      },
      async poll(lost = "") {
        for (let turn = 0; turn < 30; turn += 1) {
          const answer = await post(this.media, { lost });
          if (answer.mediaid) return answer.mediaid;
          await wait(turn < 5 ? 300 : 800);
        }
        throw { words: "图片上传得有点慢，请稍后再试" };
      },
      async send() {
        this.busy = true;
        this.problem = "";
        try {
          const mediaid = await this.prepare();
          const renew = async () => {
            this.preparing = this.poll(mediaid).catch((error) => { this.preparing = null; throw error; });
            return { image: { mediaid: await this.preparing } };
          };
          const count = await send([{ msgtype: "image", image: { mediaid } }], { item: this.item, version: this.version, edited: false }, renew);
          this.sent = this.sent || count > 0;
        } catch (error) {
          toast(error.words || "没有成功，请再试一次");
        } finally {
          this.busy = false;
        }
      },
    }));

    Alpine.data("care", () => ({
      customer: "", bubbles: [],
      init() { Object.assign(this, facts(this.$el, "care")); },
      async chat() {
        const copied = this.bubbles.length > 0 && (await copy(this.bubbles.join("\n")));
        try {
          await enterChat(this.customer);
          if (copied) toast("已复制，粘贴即可发送");
        } catch (error) {
          toast(copied ? "已复制，请到聊天里粘贴" : error.words);
        }
      },
    }));

    Alpine.data("answer", () => ({
      url: "", upload: "", kind: "tap", id: 0, text: "", photos: [], busy: false, problem: "", next: 0,
      init() {
        const given = facts(this.$el, "answer");
        Object.assign(this, { url: given.url, upload: given.photos, kind: given.kind, id: given.id });
        this.text = drafts.get(this.draft) || "";
      },
      get draft() { return `guidedesk.answer.${this.id}`; },
      get label() { return this.busy ? (this.photos.some((one) => !one.token) ? "照片上传中…" : "提交中…") : this.kind === "tap" ? "完成" : "提交"; },
      get room() { return this.photos.length < 3; },
      write(event) { this.text = event.target.value; drafts.set(this.draft, this.text); },
      add(words) { this.text = this.text ? `${this.text}，${words}` : words; drafts.set(this.draft, this.text); },
      drop(index) { URL.revokeObjectURL(this.photos[index].view); this.photos.splice(index, 1); },
      pick(event) {
        const free = 3 - this.photos.length;
        const files = [...event.target.files].slice(0, free);
        if (event.target.files.length > free) toast(`最多 3 张，只取了前 ${free} 张`);
        event.target.value = "";
        files.forEach((file) => this.take(file));
      },
      async take(file) {
        this.problem = "";
        if (file.size > 10 * 1024 * 1024) { this.problem = `照片 ${Math.round(file.size / 1048576)} MB，最多 10 MB，请换一张`; return; }
        const id = (this.next += 1);
        this.photos.push({ id, view: URL.createObjectURL(file), state: "loading", words: "上传中…", token: "" });
        const photo = () => this.photos.find((one) => one.id === id);
        const form = new FormData();
        form.append("photo", file);
        try {
          const answer = await post(this.upload, form);
          if (photo()) Object.assign(photo(), { token: answer.photo, state: "done", words: "" });
        } catch (error) {
          this.problem = error.words || "网络不好，照片没有传上去，请再试一次";
          this.photos = this.photos.filter((one) => one.id !== id);
        }
      },
      async submit() {
        this.busy = true;
        this.problem = "";
        while (this.photos.some((one) => !one.token)) await wait(150);
        if (this.problem) { this.busy = false; return; }
        try {
          const answer = await post(this.url, { text: this.text, photos: this.photos.map((one) => one.token) });
          drafts.remove(this.draft);
          toast(answer.message);
          await wait(600);
          location.reload();
        } catch (error) {
          this.problem = Object.values(error.fields || {})[0] || error.words || "网络不好，请再试一次";
          this.busy = false;
        }
      },
    }));
  });
})();
