// What every page of the console shares: the CSRF token on htmx calls, a line when the network is gone, small form aids.
(function () {
  "use strict";

  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
  });

  function lost(yes) {
    document.getElementById("lost-line").hidden = !yes;
  }
  document.addEventListener("htmx:sendError", function () { lost(true); });
  document.addEventListener("htmx:responseError", function (event) { if (event.detail.xhr.status >= 500) { lost(true); } });
  document.addEventListener("htmx:afterOnLoad", function () { lost(false); });

  // What changes by itself asks again while somebody looks: not in a hidden tab, and less often after five minutes.
  var BRISK = 2000, CALM = 5000, BRISK_FOR = 300000, opened = Date.now(), asked = 0;
  function poll() {
    if (document.hidden) { return; }
    var now = Date.now(), slow = now - asked >= CALM;
    if (slow) { asked = now; }
    document.querySelectorAll(slow ? "[data-polls]" : '[data-polls]:not([data-polls="slow"])').forEach(function (part) {
      part.dispatchEvent(new CustomEvent("poll"));
    });
  }
  function keepPolling() {
    setTimeout(function () { poll(); keepPolling(); }, Date.now() - opened < BRISK_FOR ? BRISK : CALM);
  }
  keepPolling();
  document.addEventListener("visibilitychange", poll);

  // What changes by itself does not change under a finger: the next answer comes soon.
  var pressed = null;
  document.addEventListener("pointerdown", function (event) { pressed = event.target; }, true);
  ["pointerup", "pointercancel"].forEach(function (name) {
    document.addEventListener(name, function () { setTimeout(function () { pressed = null; }); }, true);
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.requestConfig.elt.hasAttribute("data-polls") && event.detail.target.contains(pressed)) { event.detail.shouldSwap = false; }
  });

  // A date filled in halfway is sent as an empty one: said at the field before anything is sent.
  document.addEventListener("submit", function (event) {
    var half = Array.from(event.target.querySelectorAll("input")).filter(function (field) { return field.validity.badInput; });
    event.target.querySelectorAll("[data-half]").forEach(function (told) { told.previousElementSibling.classList.remove("is-invalid"); told.remove(); });
    half.forEach(function (field) {
      var told = document.createElement("div");
      told.className = "invalid-feedback d-block";
      told.dataset.half = "";
      told.textContent = field.type === "number" ? "请填数字" : "没有填完整，请补上年月日和时间，或清空";
      field.classList.add("is-invalid");
      field.after(told);
      if (field.closest("details")) { field.closest("details").open = true; }
    });
    if (half.length) { event.preventDefault(); event.stopImmediatePropagation(); half[0].focus(); }
  });

  // A form is sent once: a second press while the first is on its way does nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.querySelectorAll('button[type="submit"]').forEach(function (button) { button.classList.add("btn-loading"); });
  });
  // Coming back by the browser's back button must find working forms.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll(".btn-loading").forEach(function (button) { button.classList.remove("btn-loading"); });
    });
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submit-on-change]")) { event.target.form.requestSubmit(); }
  });

  // A quick choice writes its value into the field it names.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-fills]");
    if (!button) { return; }
    var field = document.getElementById(button.dataset.fills);
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // On a phone a long tree starts folded.
  document.addEventListener("DOMContentLoaded", function () {
    if (!window.matchMedia("(max-width: 991.98px)").matches) { return; }
    document.querySelectorAll("details[data-folds]").forEach(function (part) { part.open = false; });
  });

  // A long select is narrowed by typing.
  document.addEventListener("input", function (event) {
    if (!event.target.matches("[data-narrows]")) { return; }
    var words = event.target.value.trim();
    document.querySelectorAll("#" + event.target.dataset.narrows + " option").forEach(function (option) {
      option.hidden = words !== "" && option.value !== "" && option.textContent.indexOf(words) < 0;
    });
  });

  document.addEventListener("input", function (event) {
    var counter = event.target.dataset && event.target.dataset.counts && document.getElementById(event.target.dataset.counts);
    if (counter) { counter.textContent = Array.from(event.target.value).length; }
  });
})();
