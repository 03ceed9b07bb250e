// Choosing customers in the list: some of a page, the whole page, or everybody the filters choose; then a deed.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var form = document.querySelector("[data-chooses]"), bar = form && form.querySelector("[data-choose-bar]");
    if (!bar) { return; }
    var boxes = Array.from(form.querySelectorAll('input[name="c"]')), all = form.querySelector("[data-all]");
    var everyone = form.elements.everyone, button = form.querySelector("[data-everyone]");

    function show() {
      var chosen = boxes.filter(function (box) { return box.checked; }).length;
      bar.hidden = !chosen && !everyone.value;
      all.checked = chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
      bar.querySelector("[data-chosen-count]").textContent = everyone.value ? "已选全部符合条件的客户" : "已选 " + chosen + " 位";
      if (button) { button.hidden = everyone.value !== ""; }
    }
    function choose(yes) { boxes.forEach(function (box) { box.checked = yes; }); }

    form.addEventListener("change", function (event) {
      if (event.target === all) { choose(all.checked); }
      everyone.value = "";
      show();
    });
    form.addEventListener("click", function (event) {
      if (event.target.closest("[data-everyone]")) { everyone.value = "yes"; choose(true); show(); }
      if (event.target.closest("[data-choose-none]")) { everyone.value = ""; choose(false); show(); }
    });
    window.addEventListener("pageshow", show);
    show();
  });
})();
