// The live count beside a rule builder: how many, who for example, how they split. The newest question wins, the older are dropped.
(function () {
  "use strict";
  var PATIENCE = 250, SHOWN = 10;

  function make(tag, name, text) {
    var made = document.createElement(tag);
    if (name) { made.className = name; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }
  function Panel(box) {
    var panel = this;
    this.box = box;
    this.way = "";
    this.number = box.querySelector("[data-rule-number]");
    this.words = box.querySelector("[data-rule-words]");
    this.trouble = box.querySelector("[data-rule-trouble]");
    this.found = box.querySelector("[data-rule-found]");
    box.querySelectorAll("[data-way]").forEach(function (button) {
      button.addEventListener("click", function () { panel.choose(button.dataset.way); });
    });
    if (box.dataset.fixed) {
      this.asked = { rule: JSON.parse(box.dataset.fixed), left: 0, builder: box };
      this.ask();
      return;
    }
    document.addEventListener("rule:changed", function (event) {
      panel.asked = event.detail;
      clearTimeout(panel.soon);
      panel.soon = setTimeout(function () { panel.ask(); }, PATIENCE);
    });
  }
  Panel.prototype.choose = function (way) {
    this.way = way;
    this.box.querySelectorAll("[data-way]").forEach(function (button) {
      button.classList.toggle("active", button.dataset.way === way);
      button.setAttribute("aria-pressed", String(button.dataset.way === way));
    });
    this.ask();
  };
  Panel.prototype.ask = function () {
    var panel = this, asked = this.asked;
    if (!asked) { return; }
    if (this.asking) { this.asking.abort(); }
    this.asking = new AbortController();
    this.box.setAttribute("aria-busy", "true");
    fetch(this.box.dataset.ruleCount, {
      method: "POST", signal: this.asking.signal, body: JSON.stringify({ rule: asked.rule, by: this.way }),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content }
    }).then(function (answer) {
      if (answer.status !== 200 && answer.status !== 422) { throw new Error(String(answer.status)); }
      return answer.json().then(function (told) { panel.box.removeAttribute("aria-busy"); panel.show(told, asked); });
    }).catch(function (error) {
      if (error.name === "AbortError") { return; }
      panel.box.removeAttribute("aria-busy");
      panel.say("没有算出来，请检查网络后再改一下条件");
    });
  };
  Panel.prototype.say = function (text) {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  };
  Panel.prototype.show = function (told, asked) {
    asked.builder.dispatchEvent(new CustomEvent("rule:problems", { detail: told.problems || {} }));
    if (told.problems) {
      this.number.textContent = "—";
      this.found.textContent = "";
      this.words.textContent = "";
      this.say(told.message);
      return;
    }
    this.number.textContent = told.count.toLocaleString("zh-CN");
    this.words.textContent = this.box.dataset.fixed ? "" : told.sentence + (asked.left ? "（还有 " + asked.left + " 个条件没填完，先没算）" : "");
    this.say(told.hint || "");
    this.found.textContent = "";
    if (told.split) { this.split(told.split, told.count); } else { this.people(told.sample); }
  };
  Panel.prototype.people = function (people) {
    if (!people.length) { this.found.append(make("p", "text-secondary mb-0", "没有符合的人，可以放宽一个条件试试。")); return; }
    var list = make("ul", "rule-people");
    people.slice(0, SHOWN).forEach(function (one) {
      var row = make("li"), link = make("a", "", one.name), place = [one.store, one.guide].filter(Boolean).join(" · ");
      link.href = one.url;
      link.target = "_blank";
      link.rel = "noopener";
      row.append(link, make("span", "text-secondary small", place || "没有归属"));
      list.append(row);
    });
    this.found.append(list);
  };
  Panel.prototype.split = function (rows, whole) {
    // As long as the percentage beside it says.
    var list = make("ul", "rule-bars");
    rows.forEach(function (row) {
      var line = make("li"), head = make("div", "split-head"), bar = make("div", "progress progress-row"), fill = make("div", "progress-bar");
      head.append(make("span", "", row.name), make("span", "", row.count.toLocaleString("zh-CN") + " · " + (whole ? Math.round(row.count * 1000 / whole) / 10 : 0) + "%"));
      fill.style.width = (whole ? row.count * 100 / whole : 0) + "%";
      bar.append(fill);
      line.append(head, bar);
      list.append(line);
    });
    this.found.append(rows.length ? list : make("p", "text-secondary mb-0", "没有符合的人"));
  };

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-rule-count]").forEach(function (box) { return new Panel(box); });
  });
})();
