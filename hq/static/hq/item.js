// The item's page: the variants of a script as tabs.
(function () {
  "use strict";
  function open(tab) {
    tab.parentElement.querySelectorAll("[data-tab]").forEach(function (other) {
      other.classList.toggle("active", other === tab);
      other.setAttribute("aria-selected", String(other === tab));
      document.getElementById(other.dataset.tab).hidden = other !== tab;
    });
  }
  document.addEventListener("click", function (event) {
    var tab = event.target.closest('[role="tab"]');
    if (tab) { open(tab); }
  });
})();
