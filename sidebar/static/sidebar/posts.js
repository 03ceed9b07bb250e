/* The persona calendar's cards: text and follow-up copied with one tap, the card a notice opened brought into view. */
(() => {
  "use strict";
  const { copy, toast } = window.guide;

  document.addEventListener("alpine:init", () => {
    window.Alpine.data("posting", () => ({
      async copyText() { toast((await copy(this.$root.dataset.text)) ? "文案已复制，去朋友圈粘贴" : "长按文字可以复制"); },
      async copyFollow() { toast((await copy(this.$root.dataset.follow)) ? "追评已复制" : "长按文字可以复制"); },
    }));
  });
})();
