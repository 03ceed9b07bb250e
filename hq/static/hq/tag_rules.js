// The form of a tag rule: only what the chosen moment can be narrowed by is shown.
(function () {
  "use strict";
  function follow(select) {
    document.querySelectorAll("[data-for]").forEach(function (part) {
      part.classList.toggle("off", part.dataset.for.split(" ").indexOf(select.value) < 0);
    });
  }
  // A tag or content chosen while a search was still under way stays chosen when its answer comes.
  var chosen = {};
  function box(event) { return event.detail.target && event.detail.target.matches(".tag-choices") ? event.detail.target : null; }
  document.addEventListener("htmx:beforeSwap", function (event) {
    var was = box(event) && box(event).querySelector("[type=radio]:checked");
    if (was) { chosen[box(event).id] = was.closest("label"); }
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var there = box(event), was = there && chosen[there.id];
    if (!was) { return; }
    var one = there.querySelector('[type=radio][value="' + was.querySelector("input").value + '"]');
    if (!one) { there.prepend(was); }
    (one || was.querySelector("input")).checked = true;
  });
  // What a dry run finds wrong is told at its field too, until the next one.
  function unmark() {
    document.querySelectorAll("[data-trial-problem]").forEach(function (one) { one.remove(); });
    document.querySelectorAll("[data-trial-wrong]").forEach(function (one) {
      one.classList.remove("is-invalid");
      one.removeAttribute("aria-invalid");
      one.removeAttribute("data-trial-wrong");
    });
  }
  function mark(told) {
    var field = document.getElementById(told.dataset.wrong), text = document.createElement("div");
    if (!field || field.classList.contains("is-invalid")) { return; }
    field.classList.add("is-invalid");
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("data-trial-wrong", "");
    text.className = "invalid-feedback d-block";
    text.setAttribute("data-trial-problem", "");
    text.textContent = told.textContent;
    (field.closest(".input-group") || field).insertAdjacentElement("afterend", text);
  }
  document.addEventListener("htmx:afterSwap", function (event) {
    if (!event.detail.target || event.detail.target.id !== "trial") { return; }
    unmark();
    event.detail.target.querySelectorAll("[data-wrong]").forEach(mark);
  });
  document.addEventListener("DOMContentLoaded", function () {
    var select = document.querySelector("[data-event]");
    if (!select) { return; }
    select.addEventListener("change", function () { follow(select); });
    follow(select);
  });
}());
