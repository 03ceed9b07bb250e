// A contribution's form: messages added and dropped, variables put in at the cursor.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var box = document.getElementById("proposed");
    if (!box) { return; }
    var current = box.querySelector("textarea");

    box.addEventListener("focusin", function (event) { if (event.target.matches("textarea")) { current = event.target; } });
    box.addEventListener("click", function (event) {
      var button = event.target.closest("[data-drop-bubble]");
      if (!button) { return; }
      var row = button.parentElement;
      if (box.children.length === 1) { row.querySelector("textarea").value = ""; } else { row.remove(); }
      current = box.querySelector("textarea");
    });
    document.getElementById("add-proposed").addEventListener("click", function () {
      if (box.children.length >= Number(box.dataset.most)) { return; }
      var row = box.firstElementChild.cloneNode(true);
      current = row.querySelector("textarea");
      current.value = "";
      current.classList.remove("is-invalid");
      current.setAttribute("aria-label", "第 " + (box.children.length + 1) + " 条");
      box.appendChild(row);
      current.focus();
    });
    document.querySelectorAll("[data-variable]").forEach(function (button) {
      button.addEventListener("click", function () {
        current.setRangeText("{" + button.dataset.variable + "}", current.selectionStart, current.selectionEnd, "end");
        current.focus();
      });
    });
  });
})();
