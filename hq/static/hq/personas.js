// The mix of a persona: sliders and numbers move together, the sum says what is left, the radar follows.
(function () {
  "use strict";

  function numbers(part) { return Array.from(part.querySelectorAll(".mix-number")); }

  function share(field) { return Math.min(100, Math.max(0, parseInt(field.value, 10) || 0)); }

  function show(part) {
    var fields = numbers(part), sum = fields.reduce(function (total, field) { return total + (parseInt(field.value, 10) || 0); }, 0);
    part.querySelector("[data-sum]").textContent = sum;
    var left = 100 - sum, words = part.querySelector("[data-left]"), fine = left === 0 || sum === 0;
    words.textContent = fine ? (sum === 0 ? "，先不设配比" : "，正好") : left > 0 ? "，还差 " + left : "，多了 " + -left;
    part.querySelector(".mix-sum").classList.toggle("is-wrong", !fine);
  }

  function drawRadar() {
    var box = document.querySelector("[data-draws]");
    var part = document.querySelector("[data-mix]");
    if (!box || !part) { return; }
    var fields = numbers(part);
    box.dataset.personaChart = JSON.stringify({
      kind: "radar",
      names: fields.map(function (field) { return field.dataset.name; }),
      series: [{ name: "目标", values: fields.map(share) }]
    });
    document.dispatchEvent(new Event("persona:changed"));
  }

  document.addEventListener("input", function (event) {
    var part = event.target.closest("[data-mix]");
    if (!part) { return; }
    if (event.target.dataset.slides) {
      document.getElementById(event.target.dataset.slides).value = event.target.value;
    } else {
      part.querySelector('[data-slides="' + event.target.id + '"]').value = share(event.target);
    }
    show(part);
    drawRadar();
  });
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-mix]").forEach(show);
    drawRadar();
  });
})();
