// The script editor: bubbles added and dropped, variables put in at the cursor, and a preview with sample values.
(function () {
  "use strict";
  var SAMPLE = { "客户称呼": "陈女士", "导购": "李小美", "门店": "徐家汇店", "商品": "轻暖长款羽绒服" };

  document.addEventListener("DOMContentLoaded", function () {
    var box = document.getElementById("bubbles");
    var preview = document.getElementById("preview");
    if (!box) { return; }
    var current = box.querySelector("textarea");

    function show() {
      preview.replaceChildren();
      box.querySelectorAll("textarea").forEach(function (field) {
        if (!field.value.trim()) { return; }
        var bubble = document.createElement("div");
        bubble.className = "bubble";
        field.value.split(/(\{[^{}\n]{1,12}\})/).forEach(function (part) {
          var value = SAMPLE[part.slice(1, -1)];
          if (part[0] === "{" && value) {
            var mark = document.createElement("mark");
            mark.textContent = value;
            bubble.appendChild(mark);
          } else {
            bubble.appendChild(document.createTextNode(part));
          }
        });
        preview.appendChild(bubble);
      });
    }

    box.addEventListener("focusin", function (event) { if (event.target.matches("textarea")) { current = event.target; } });
    box.addEventListener("input", show);
    box.addEventListener("click", function (event) {
      var button = event.target.closest("[data-drop-bubble]");
      if (!button) { return; }
      var row = button.parentElement;
      if (box.children.length === 1) { row.querySelector("textarea").value = ""; } else { row.remove(); }
      current = box.querySelector("textarea");
      show();
    });
    document.getElementById("add-bubble").addEventListener("click", function () {
      if (box.children.length >= Number(box.dataset.most)) { return; }
      var row = box.firstElementChild.cloneNode(true);
      current = row.querySelector("textarea");
      current.value = "";
      current.setAttribute("aria-label", "第 " + (box.children.length + 1) + " 条");
      box.appendChild(row);
      current.focus();
    });
    document.querySelectorAll("[data-variable]").forEach(function (button) {
      button.addEventListener("click", function () {
        current.setRangeText("{" + button.dataset.variable + "}", current.selectionStart, current.selectionEnd, "end");
        current.focus();
        show();
      });
    });
    show();
  });
})();
