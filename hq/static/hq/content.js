// The content editor: bubbles and variants, variables put in at the cursor, products, tags, a preview as the customer sees it.
(function () {
  "use strict";
  var SAMPLE = { "导购": "李小美", "门店": "徐家汇店", "商品": "轻暖长款羽绒服", "活动": "会员日" };
  var NOBODY = "您", OPENING = /(^|[\n。！？!?])\{客户称呼\}[，,、]\s*/g;

  document.addEventListener("DOMContentLoaded", function () {
    var form = document.getElementById("content-form"), preview = document.getElementById("preview");
    if (!form) { return; }
    var customer = "陈女士", current = null;

    function changed() { form.dispatchEvent(new Event("input", { bubbles: true })); }
    function panels() { return form.querySelectorAll("[data-panel]"); }
    function panel() { return Array.from(panels()).find(function (one) { return !one.hidden; }); }

    function part(box, text) {
      var value = text[0] === "{" ? (text === "{客户称呼}" ? customer || NOBODY : SAMPLE[text.slice(1, -1)]) : "";
      var node = value ? document.createElement("mark") : document.createTextNode(text);
      if (value) { node.textContent = value; }
      box.appendChild(node);
    }
    function showBubbles() {
      preview.replaceChildren();
      panel().querySelectorAll("[data-bubbles] textarea").forEach(function (field) {
        // As rules.fill does: an opening without a name is left out.
        var words = customer ? field.value : field.value.replace(OPENING, "$1");
        if (!words.trim()) { return; }
        var bubble = document.createElement("div");
        bubble.className = "bubble";
        words.split(/(\{[^{}\n]{1,12}\})/).forEach(function (text) { if (text) { part(bubble, text); } });
        preview.appendChild(bubble);
      });
    }
    function show() {
      if (panels().length) { showBubbles(); return; }
      form.querySelectorAll("[data-feeds]").forEach(function (field) {
        preview.querySelectorAll('[data-shows="' + field.dataset.feeds + '"]').forEach(function (place) {
          place.textContent = field.value;
          if (place.classList.contains("bubble")) { place.hidden = !field.value.trim(); }
        });
      });
    }

    function open(tab, focus) {
      form.querySelectorAll("[data-tab]").forEach(function (other) {
        other.classList.toggle("active", other === tab);
        other.setAttribute("aria-selected", String(other === tab));
        other.tabIndex = other === tab ? 0 : -1;
      });
      panels().forEach(function (one) { one.hidden = one.dataset.panel !== tab.dataset.tab; });
      current = panel().querySelector("textarea");
      if (focus) { current.focus(); }
      show();
    }
    function addVariant() {
      var row = form.querySelector(".variant-tabs"), tabs = row.querySelectorAll("[data-tab]");
      if (tabs.length > Number(row.dataset.most)) { return; }
      var n = 1 + Math.max.apply(null, [-1].concat(Array.from(tabs).map(function (tab) { return Number(tab.dataset.tab.slice(1)); }).filter(Number.isInteger)));
      var made = document.createElement("div");
      made.innerHTML = document.getElementById("variant-template").innerHTML.replaceAll("__n__", String(n));
      Array.from(panels()).pop().after(made.firstElementChild);
      var tab = document.createElement("button");
      tab.type = "button"; tab.className = "btn btn-sm"; tab.id = "tab-v" + n; tab.textContent = "新版本"; tab.dataset.tab = "v" + n;
      tab.setAttribute("role", "tab"); tab.setAttribute("aria-controls", "panel-v" + n);
      document.getElementById("add-variant").before(tab);
      open(tab, false);
      panel().querySelector("select").focus();
    }
    function nameTab(box) {
      var chosen = Array.from(box.querySelectorAll("[data-names-tab]")).map(function (field) { return field.value ? field.selectedOptions[0].textContent : ""; });
      form.querySelector('[data-tab="' + box.dataset.panel + '"]').textContent = chosen.filter(Boolean).join(" · ") || "新版本";
    }
    function dropRow(row, least) {
      if (row.parentElement.children.length <= least) { row.querySelectorAll("textarea, input").forEach(function (field) { field.value = ""; }); } else { row.remove(); }
      if (panels().length) { current = panel().querySelector("textarea"); }
      changed();
    }
    function addRow(box, most) {
      if (box.children.length >= most) { return; }
      var row = box.firstElementChild.cloneNode(true);
      row.querySelectorAll("textarea, input").forEach(function (field) { field.value = ""; field.classList.remove("is-invalid"); });
      box.appendChild(row);
      var field = row.querySelector("textarea, input");
      if (field.matches("textarea")) { field.setAttribute("aria-label", "第 " + box.children.length + " 条"); current = field; }
      field.focus();
    }

    form.addEventListener("focusin", function (event) { if (event.target.matches("[data-bubbles] textarea")) { current = event.target; } });
    form.addEventListener("input", show);
    form.addEventListener("change", function (event) {
      if (event.target.matches("[data-names-tab]")) { nameTab(event.target.closest("[data-panel]")); }
    });
    form.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step || !event.target.matches("[data-tab]")) { return; }
      var tabs = Array.from(form.querySelectorAll("[data-tab]"));
      var next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
      open(next, false);
      next.focus();
    });
    document.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (!button) { return; }
      if (button.dataset.tab) { open(button, true); }
      else if (button.id === "add-variant") { addVariant(); }
      else if (button.id === "add-bubble") { addRow(panel().querySelector("[data-bubbles]"), Number(button.dataset.most)); }
      else if (button.id === "add-product") { var box = document.getElementById("products"); addRow(box, Number(box.dataset.most)); }
      else if (button.matches("[data-drop-bubble]")) { dropRow(button.parentElement, 1); }
      else if (button.matches("[data-drop-product]")) { dropRow(button.parentElement, 2); }
      else if (button.matches("[data-drop-variant]")) {
        var gone = button.closest("[data-panel]");
        form.querySelector('[data-tab="' + gone.dataset.panel + '"]').remove();
        gone.remove();
        open(form.querySelector('[data-tab="main"]'), true);
        changed();
      } else if (button.dataset.variable && current) {
        current.setRangeText("{" + button.dataset.variable + "}", current.selectionStart, current.selectionEnd, "end");
        current.focus();
        changed();
      } else if (button.dataset.addsTag) {
        var tags = document.getElementById("tags"), had = tags.value.split(/[,，、;；\s]+/).filter(Boolean);
        if (had.indexOf(button.dataset.addsTag) < 0) { tags.value = had.concat(button.dataset.addsTag).join("、"); }
      } else if (button.dataset.sample !== undefined) {
        customer = button.dataset.sample;
        document.getElementById("preview-name").textContent = customer || "客户";
        document.querySelectorAll("[data-sample]").forEach(function (other) { other.classList.toggle("active", other === button); });
        show();
      }
    });
    // The reason is asked for only while a word stops publishing.
    document.addEventListener("htmx:afterSwap", function (event) {
      var box = document.getElementById("because-box"), told = event.target.querySelector && event.target.querySelector("[data-stops]");
      if (box && told) { box.hidden = !told.dataset.stops && !document.getElementById("because").value; }
    });

    var wrong = form.querySelector(".variant-tabs .is-wrong");
    if (panels().length) { open(wrong && !document.getElementById("body-problem") ? wrong : form.querySelector('[data-tab="main"]'), false); }
    show();
  });
})();
