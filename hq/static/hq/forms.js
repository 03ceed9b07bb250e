// Long forms lose nothing: the first wrong field is found, an unsent form asks before it is left, keeps a draft, waits for the network.
(function () {
  "use strict";
  var PATIENCE = 8000, PREFIX = "draft:", SENT = "draft-sent", SKIPPED = ["hidden", "file", "password", "search", "submit", "button"];
  var here = PREFIX + location.pathname + location.search, form = null, before = "", restored = false, line = null;

  function store(act) { try { return act(window.sessionStorage); } catch (refused) { return null; } }
  function fields() {
    return Array.from(form.elements).filter(function (one) { return one.name && one.form === form && SKIPPED.indexOf(one.type) < 0 && !one.matches("fieldset, output"); });
  }
  // [name, value] in the order of the page; of choices only those made.
  function typed() {
    return fields().filter(function (one) { return (one.type !== "radio" && one.type !== "checkbox") || one.checked; })
      .map(function (one) { return [one.name, one.value]; });
  }
  function now() { return JSON.stringify(typed()); }
  function isAmiss() { return Boolean(document.querySelector("[data-amiss]")); }
  function isChanged() { return isAmiss() || now() !== before; }
  function keep() { store(function (box) { if (isChanged()) { box.setItem(here, now()); } else { box.removeItem(here); } }); }
  function forget() { store(function (box) { box.removeItem(here); }); }

  // What follows from the fields (counters, previews, checks) is worked out anew.
  function recompute() {
    fields().forEach(function (one) {
      one.dispatchEvent(new Event("input", { bubbles: true }));
      one.dispatchEvent(new Event("change", { bubbles: true }));
    });
    document.querySelectorAll("[data-rechecks]").forEach(function (part) { part.dispatchEvent(new CustomEvent("recheck")); });
  }

  function rowsFor(name, count) {
    var found = fields().filter(function (one) { return one.name === name; }), row = found.length && found[found.length - 1].closest(".bubble-edit, .product-edit");
    for (; row && found.length < count; found.push(null)) {
      var copy = row.cloneNode(true);
      copy.querySelectorAll("textarea").forEach(function (field) { field.setAttribute("aria-label", "第 " + (row.parentElement.children.length + 1) + " 条"); });
      row.parentElement.appendChild(copy);
    }
  }
  function variantsFor(names) {
    var button = document.getElementById("add-variant");
    names.forEach(function (name) {
      var number = Number((/^v(\d+)_/.exec(name) || [])[1]);
      for (var turn = 0; button && turn < 9 && !form.elements[name] && number >= 0; turn += 1) { button.click(); }
    });
  }
  function put(kept) {
    var values = {};
    kept.forEach(function (pair) { (values[pair[0]] = values[pair[0]] || []).push(pair[1]); });
    variantsFor(Object.keys(values));
    Object.keys(values).forEach(function (name) { rowsFor(name, values[name].length); });
    fields().forEach(function (one) {
      var list = values[one.name] || [];
      if (one.type === "radio" || one.type === "checkbox") { one.checked = list.indexOf(one.value) >= 0; return; }
      if (list.length) { one.value = list.shift(); }
    });
  }
  function offer() {
    var told = document.createElement("div"), words = document.createElement("div"), drop = document.createElement("button");
    told.className = "alert alert-info"; told.setAttribute("role", "status");
    words.textContent = "已恢复您没保存的内容 ";
    drop.type = "button"; drop.className = "btn btn-sm ms-2"; drop.textContent = "不要";
    drop.addEventListener("click", function () { forget(); before = now(); form.dataset.sent = "dropped"; location.reload(); });
    words.append(drop);
    told.append(words);
    form.before(told);
  }
  function restore() {
    var kept = store(function (box) { return box.getItem(here); });
    if (!kept || kept === now()) { return; }
    if (isAmiss()) { keep(); return; }
    put(JSON.parse(kept));
    restored = true;
    offer();
  }

  // Another page after a send: it was taken. The same address again: it was not, or never arrived.
  function settle() {
    store(function (box) {
      var sent = box.getItem(SENT);
      if (sent && sent !== here) { box.removeItem(sent); }
      box.removeItem(SENT);
    });
  }

  function say(words) {
    if (!line) { line = document.createElement("div"); line.className = "lost-line"; line.setAttribute("role", "alert"); document.body.append(line); }
    line.textContent = words;
    line.hidden = !words;
  }
  // Is the server there? Asked before a long form is given out of hand.
  function reach() {
    var stop = new AbortController(), timer = setTimeout(function () { stop.abort(); }, PATIENCE);
    return fetch(document.querySelector('link[rel="icon"]').href, { method: "HEAD", cache: "no-store", signal: stop.signal })
      .finally(function () { clearTimeout(timer); });
  }
  // Captured first: once the network has answered, the same press goes the usual way.
  window.addEventListener("submit", function (event) {
    var sent = event.target, button = event.submitter;
    if (!sent.matches("[data-keeps]") || sent.dataset.reached) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (sent.dataset.reaching) { return; }
    sent.dataset.reaching = "yes";
    if (button) { button.classList.add("btn-loading"); }
    function settled() { delete sent.dataset.reaching; if (button) { button.classList.remove("btn-loading"); } }
    reach().then(function () {
      settled();
      say("");
      sent.dataset.reached = "yes";
      sent.requestSubmit(button);
      delete sent.dataset.reached;
    }, function () { settled(); say("网络不通，还没有保存。您填的都在，网络好了再点一次"); });
  }, true);
  window.addEventListener("online", function () { say(""); });

  function holder(mark) { return mark.matches("input, textarea, select") ? mark : (mark.closest("fieldset, .mb-3, label") || mark.parentElement).querySelector("input:not([type=hidden]), textarea, select, button"); }
  function firstWrong() {
    var marks = Array.from(document.querySelectorAll("main .is-invalid, main .invalid-feedback.d-block"));
    var mark = marks.find(function (one) { return one.getClientRects().length; }) || marks[0];
    if (!mark) { return; }
    if (mark.closest("details")) { mark.closest("details").open = true; }
    mark.scrollIntoView({ block: "center" });
    var field = holder(mark);
    if (field) { field.focus({ preventScroll: true }); }
  }
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-first-wrong]")) { event.preventDefault(); firstWrong(); }
  });

  window.addEventListener("beforeunload", function (event) {
    if (form && !form.dataset.sent && isChanged()) { event.preventDefault(); }
  });
  document.addEventListener("submit", function (event) {
    if (event.target !== form || event.defaultPrevented) { return; }
    keep();
    store(function (box) { box.setItem(SENT, here); });
  });
  window.addEventListener("pageshow", function (event) {
    var came = performance.getEntriesByType("navigation")[0];
    settle();
    if (form && !event.persisted) { restore(); }
    if (form && (event.persisted || restored || (came && came.type === "back_forward"))) { recompute(); }
    if (!event.persisted && isAmiss()) { firstWrong(); }
  });
  document.addEventListener("DOMContentLoaded", function () {
    // Not only when every picture has come: who goes on at once would find a taken form as her unsent draft.
    settle();
    form = document.querySelector('form[data-keeps="draft"]');
    if (!form) { return; }
    // As the server wrote it: what the browser fills in again on the way back is a change.
    before = JSON.stringify(fields().filter(function (one) { return (one.type !== "radio" && one.type !== "checkbox") || one.defaultChecked; }).map(function (one) {
      var chosen = one.matches("select") && (Array.from(one.options).find(function (choice) { return choice.defaultSelected; }) || one.options[0]);
      return [one.name, one.matches("select") ? (chosen ? chosen.value : "") : one.type === "checkbox" || one.type === "radio" ? one.value : one.defaultValue];
    }));
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
  });
})();
