// The library's list: ticking items for a bulk deed.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var form = document.getElementById("bulk");
    var all = form && form.querySelector("[data-tick-all]");
    if (!all) { return; }
    var ticks = Array.from(form.querySelectorAll("[data-tick]"));
    var deeds = form.querySelector("[data-bulk-deeds]");
    function show() {
      var count = ticks.filter(function (tick) { return tick.checked; }).length;
      deeds.hidden = count === 0;
      form.querySelector("[data-ticked]").textContent = "已选 " + count + " 条";
      all.checked = count === ticks.length;
      all.indeterminate = count > 0 && count < ticks.length;
    }
    all.addEventListener("change", function () { ticks.forEach(function (tick) { tick.checked = all.checked; }); show(); });
    form.addEventListener("change", function (event) { if (event.target.matches("[data-tick]")) { show(); } });
    // A page the browser brings back keeps its ticks.
    window.addEventListener("pageshow", show);
  });
})();
