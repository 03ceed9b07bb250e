// The welcome's editor: variables put in at the cursor, room counted, words and picture previewed as the customer sees them.
(function () {
  "use strict";
  var SAMPLE = { "客户称呼": "您", "导购": "李小美", "门店": "徐家汇店" };

  document.addEventListener("DOMContentLoaded", function () {
    var field = document.getElementById("text");
    if (!field) { return; }
    var preview = document.getElementById("preview"), shown = document.getElementById("preview-picture");
    var file = document.getElementById("picture"), wrong = document.getElementById("picture-here"), usual = shown.src, lent = "";

    function show() {
      var words = field.value.trim(), size = new TextEncoder().encode(words).length, length = Array.from(words).length;
      document.getElementById("length").textContent = length;
      document.getElementById("bytes").textContent = size;
      var over = length > Number(field.dataset.most) || size > Number(field.dataset.mostBytes);
      document.getElementById("room-left").classList.toggle("text-danger", over);
      preview.replaceChildren();
      words.split(/(\{[^{}\n]{1,12}\})/).forEach(function (part) {
        var value = part[0] === "{" ? SAMPLE[part.slice(1, -1)] : "";
        var node = value ? document.createElement("mark") : document.createTextNode(part);
        if (value) { node.textContent = value; }
        preview.appendChild(node);
      });
      preview.hidden = !words;
    }

    function say(words) {
      wrong.textContent = words;
      wrong.classList.toggle("d-block", words !== "");
      file.classList.toggle("is-invalid", words !== "");
    }

    file.addEventListener("change", function () {
      var chosen = file.files[0];
      if (lent) { URL.revokeObjectURL(lent); lent = ""; }
      say("");
      if (chosen && chosen.size > Number(file.dataset.most)) {
        file.value = "";
        chosen = null;
        say("图片最大 10 MB，请换一张小一些的");
      }
      if (chosen) { lent = URL.createObjectURL(chosen); }
      shown.src = lent || usual;
    });
    shown.addEventListener("error", function () {
      if (!lent || shown.src !== lent) { shown.hidden = true; return; }
      file.value = "";
      shown.src = usual;
      say("这不是能打开的图片，请上传 JPG 或 PNG");
    });
    shown.addEventListener("load", function () { shown.hidden = false; });
    field.addEventListener("input", show);
    document.querySelectorAll("[data-variable]").forEach(function (button) {
      button.addEventListener("click", function () {
        field.setRangeText("{" + button.dataset.variable + "}", field.selectionStart, field.selectionEnd, "end");
        field.focus();
        show();
      });
    });
    show();
  });
})();
