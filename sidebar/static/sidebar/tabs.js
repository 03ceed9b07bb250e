/* A tab tapped without network keeps the page she reads: the next one is opened once the server answers. */
(() => {
  "use strict";
  const PATIENCE = 5000;
  const tabs = document.querySelector(".tabs");
  const line = document.getElementById("unreached");
  let wanted = "";

  const reached = async () => {
    if (!navigator.onLine) return false;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      await fetch(tabs.dataset.reach, { method: "HEAD", cache: "no-store", signal: stop.signal });
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  };
  const go = async (address) => {
    wanted = address;
    line.hidden = true;
    const there = await reached();
    if (wanted !== address) return;
    if (there) location.assign(address);
    else line.hidden = false;
  };

  tabs?.addEventListener("click", (event) => {
    const tab = event.target.closest("a");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(tab.href);
  });
  line?.addEventListener("click", () => go(wanted));
})();
