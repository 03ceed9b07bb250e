// A box that ticks all of a name on the page, and a count of what is ticked.
(function () {
  "use strict";
  function boxes(name) { return Array.from(document.querySelectorAll('input[type="checkbox"][name="' + name + '"]')); }

  function count(name) {
    var all = boxes(name), ticked = all.filter(function (box) { return box.checked; }).length;
    document.querySelectorAll('[data-ticked="' + name + '"]').forEach(function (told) { told.textContent = ticked; });
    document.querySelectorAll('[data-ticks="' + name + '"]').forEach(function (head) {
      head.checked = ticked > 0 && ticked === all.length;
      head.indeterminate = ticked > 0 && ticked < all.length;
    });
  }

  document.addEventListener("change", function (event) {
    var head = event.target.dataset.ticks;
    if (head) { boxes(head).forEach(function (box) { box.checked = event.target.checked; }); }
    if (head || event.target.name) { count(head || event.target.name); }
  });
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-ticks]").forEach(function (head) { count(head.dataset.ticks); });
  });
})();
