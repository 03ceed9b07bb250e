/* The persona calendar's cards: text and follow-up copied with one tap, or the whole post handed to 朋友圈 where the client can. */
(() => {
  "use strict";
  const { canPost, copy, inWeCom, postMoments, prepared, renewing, toast } = window.guide;

  document.addEventListener("alpine:init", () => {
    window.Alpine.data("posting", () => ({
      direct: false, busy: false,
      init() { if (inWeCom && this.$root.dataset.open) canPost().then((can) => { this.direct = can; }); },
      get label() { return this.busy ? "准备图片…" : "去发朋友圈"; },
      async copyText() { toast((await copy(this.$root.dataset.text)) ? "文案已复制，去朋友圈粘贴" : "长按文字可以复制"); },
      async copyFollow() { toast((await copy(this.$root.dataset.follow)) ? "追评已复制" : "长按文字可以复制"); },
      /* Text and pictures open in the client's own 朋友圈 page; she posts there, comes back and taps 已发. */
      async share() {
        const { text, pictures } = this.$root.dataset;
        this.busy = true;
        try {
          const wanted = (pictures ? pictures.split(",").slice(0, 9) : []).map((id) => `/sidebar/items/${id}/messages?for=moments`);
          const files = await Promise.all(wanted.map(async (url) => (await prepared(url)).messages[0]));
          await postMoments(text, files, (file) => renewing(wanted[files.indexOf(file)])(file));
          toast("已打开朋友圈；发完回来点“已发”");
        } catch (error) {
          toast(error.kind === "cancel" ? "已取消，没有发表" : error.words || "没有成功，请复制文案、长按保存图片");
        } finally {
          this.busy = false;
        }
      },
    }));
  });
})();
