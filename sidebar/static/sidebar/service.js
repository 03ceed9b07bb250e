/* What she writes down beside a chat, and her contributions: shown at once, kept on the phone until the server has it. */
(() => {
  "use strict";
  const { keep, post, toast, drafts } = window.guide;
  const facts = (element, name) => JSON.parse(element.dataset[name]);
  const LATER = "没有网络，先记在手机上，恢复后自动保存";

  /* A part that shows what is wrong in itself is shown although the server refused. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 422 || !event.detail.target.hasAttribute("data-shows-problems")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  document.addEventListener("alpine:init", () => {
    const { Alpine } = window;

    Alpine.data("service", () => ({
      notes: [], steps: [], sizes: {}, base: "", stepBase: "", may: false, open: "", text: "", due: 0, busy: false, problems: {}, all: false, visited: false,
      init() {
        const given = facts(this.$el, "service");
        Object.assign(this, { base: given.base, stepBase: given.steps, may: given.may });
        this.take(given.facts);
      },
      take({ notes, steps, sizes, visited }) { Object.assign(this, { notes, steps, sizes, visited }); },
      get came() { return this.visited ? "今天到店" : "＋ 到店"; },
      get kinds() { return Object.keys(this.sizes); },
      get sized() { return this.kinds.length > 0; },
      /* Of her notes the newest stands there; the others on a tap. */
      get seen() { return this.all ? this.notes : this.notes.slice(0, 1); },
      get folded() { return !this.all && this.notes.length > 1; },
      get rest() { return `更早的 ${this.notes.length - 1} 条备注`; },
      unfold() { this.all = true; },
      get sheet() { return this.open !== ""; },
      is(name) { return this.open === name; },
      get draft() { return `guidedesk.${this.open}.${this.base}`; },
      show(name) {
        this.open = name;
        this.text = drafts.get(this.draft) || "";
        Object.assign(this, { due: 0, problems: {} });
        this.$nextTick(() => this.$root.querySelector(`form[aria-label] textarea, form[aria-label] input`) && [...this.$root.querySelectorAll("form")].find((form) => form.offsetParent !== null)?.querySelector("textarea, input")?.focus());
      },
      close() { this.open = ""; },
      write(event) { this.text = event.target.value; drafts.set(this.draft, this.text); },
      say(words) { this.text = words; drafts.set(this.draft, words); },
      pick(at) { this.due = at; },
      pickOther(event) { this.due = new Date(event.target.value).getTime() || 0; },
      /* Sent or waiting, the sheet closes; refused, it stays with the words and what is wrong with them. */
      async write_down(path, body, what, meanwhile) {
        this.busy = true;
        this.problems = {};
        try {
          const { data, waiting } = await keep(path, body, what);
          drafts.remove(this.draft);
          if (waiting) meanwhile(); else this.take(data);
          this.open = "";
          toast(waiting ? LATER : "已保存");
        } catch (error) {
          this.problems = Object.keys(error.fields || {}).length ? error.fields : { text: error.words };
        } finally {
          this.busy = false;
        }
      },
      saveNote() {
        const text = this.text.trim();
        if (!text) { this.problems = { text: "写一点内容再保存" }; return; }
        return this.write_down(`${this.base}/notes`, { text }, "备注", () => { this.notes = [{ id: `w${Date.now()}`, text, by: "待同步" }, ...this.notes]; });
      },
      saveStep() {
        const text = this.text.trim();
        if (!text || !this.due) { this.problems = { ...(text ? {} : { text: "写一下要做什么" }), ...(this.due ? {} : { due: "选一个提醒时间" }) }; return; }
        return this.write_down(`${this.base}/steps`, { text, due: this.due }, "下一步", () => { this.steps = [...this.steps, { id: `w${Date.now()}`, text, due: "待同步" }]; });
      },
      async saveSize(kind, event) {
        const value = event.target.value.trim();
        this.problems = {};
        try {
          const { data, waiting } = await keep(`${this.base}/sizes`, { kind, value }, "尺码");
          if (waiting) this.sizes = { ...this.sizes, [kind]: value }; else this.take(data);
          toast(waiting ? LATER : "已保存");
        } catch (error) {
          this.problems = { [kind]: error.fields?.value || error.words };
        }
      },
      async come() {
        const on = !this.visited;
        this.visited = on;
        try {
          const { data, waiting } = await keep(`${this.base}/visits`, { on }, "到店");
          if (!waiting) this.take(data);
          toast(waiting ? LATER : on ? "已登记今天到店" : "已撤销到店", on ? () => this.come() : undefined);
        } catch (error) {
          this.visited = !on;
          toast(error.words);
        }
      },
      async done(id) { await this.close_step(id, true); },
      async close_step(id, on) {
        if (typeof id !== "number") return toast("这一条还在等网络");
        const before = this.steps;
        if (on) this.steps = this.steps.filter((step) => step.id !== id);
        try {
          const { data, waiting } = await keep(`${this.stepBase}${id}`, { on }, "下一步");
          if (!waiting) this.take(data);
          toast(on ? "已完成" : "已放回", on ? () => this.close_step(id, false) : undefined);
        } catch (error) {
          this.steps = before;
          toast(error.words);
        }
      },
    }));

    Alpine.data("closet", () => ({
      open: "",
      init() { this.open = facts(this.$el, "closet").open; },
      is(name) { return this.open === name; },
      show(name) { this.open = name; },
      close() { this.open = ""; },
    }));

    Alpine.data("proposal", () => ({
      title: "", text: "", why: "", photo: "", view: "", busy: false, problem: "", problems: {}, url: "", upload: "",
      init() {
        const given = facts(this.$el, "proposal");
        Object.assign(this, { url: given.url, upload: given.photos }, JSON.parse(drafts.get("guidedesk.proposal") || "{}"));
        this.text = this.text || given.start;
      },
      get label() { return this.busy ? "正在交…" : this.view && !this.photo ? "图片上传中…" : "交给总部"; },
      write(name, event) { this[name] = event.target.value; drafts.set("guidedesk.proposal", JSON.stringify({ title: this.title, text: this.text, why: this.why })); },
      drop() { URL.revokeObjectURL(this.view); Object.assign(this, { view: "", photo: "" }); },
      async pick(event) {
        const file = event.target.files[0];
        event.target.value = "";
        if (!file) return;
        if (file.size > 10 * 1024 * 1024) { this.problems = { blob_key: `图片 ${Math.round(file.size / 1048576)} MB，最多 10 MB` }; return; }
        this.problems = {};
        this.view = URL.createObjectURL(file);
        const form = new FormData();
        form.append("photo", file);
        try {
          this.photo = (await post(this.upload, form)).photo;
        } catch (error) {
          this.drop();
          this.problems = { blob_key: error.words || "网络不好，图片没有传上去，请再选一次" };
        }
      },
      async submit() {
        if (this.view && !this.photo) return toast("图片还在上传，稍等一下");
        Object.assign(this, { busy: true, problem: "", problems: {} });
        try {
          const { waiting } = await keep(this.url, { title: this.title, text: this.text, photo: this.photo, why: this.why }, "投稿");
          drafts.remove("guidedesk.proposal");
          if (waiting) { Object.assign(this, { title: "", text: "", why: "" }); this.drop(); return toast(LATER); }
          const here = new URL(location.href);
          here.searchParams.set("sent", "1");
          location.replace(here);
        } catch (error) {
          this.problems = error.fields || {};
          this.problem = Object.keys(this.problems).length ? "" : error.words;
        } finally {
          this.busy = false;
        }
      },
    }));
  });
})();
