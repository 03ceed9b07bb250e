// Choosing among many by a few letters: chosen ones as chips, the rest offered below; arrows, Enter, Backspace and Escape work.
(function () {
  "use strict";
  var PATIENCE = 200, numbered = 0;

  function make(tag, given, text) {
    var made = document.createElement(tag);
    Object.keys(given || {}).forEach(function (name) { made.setAttribute(name, given[name]); });
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  // chosen: {label, values, names: {value: label}, offers: address, field, single, free, changed(values)}
  function Picker(chosen) {
    numbered += 1;
    this.it = chosen;
    this.values = (chosen.values || []).slice();
    this.found = [];
    this.at = -1;
    this.box = make("div", { "class": "rule-picker" });
    this.input = make("input", {
      "class": "rule-picker-input", type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-autocomplete": "list",
      "aria-controls": "rule-list-" + numbered, "aria-label": chosen.label, maxlength: "40", "data-rule-focus": ""
    });
    this.list = make("ul", { "class": "rule-picker-list", role: "listbox", id: "rule-list-" + numbered, "aria-label": chosen.label });
    this.list.hidden = true;
    this._listen();
    this._draw();
  }

  Picker.prototype._draw = function () {
    var picker = this;
    this.box.textContent = "";
    this.values.forEach(function (value) {
      var name = picker.it.names[value] || String(value), chip = make("span", { "class": "rule-chip" }, name);
      var drop = make("button", { type: "button", "aria-label": "去掉 " + name, tabindex: "-1" }, "×");
      drop.addEventListener("click", function () { picker._drop(value); });
      chip.append(drop);
      picker.box.append(chip);
    });
    this.input.placeholder = this.values.length ? "" : this.it.free ? "输入后按回车" : "输入几个字来找";
    this.input.hidden = Boolean(this.it.single) && this.values.length > 0;
    this.box.append(this.input, this.list);
  };
  Picker.prototype._drop = function (value) {
    this.values = this.values.filter(function (one) { return one !== value; });
    this._draw();
    this.it.changed(this.values);
    this.input.focus();
  };
  Picker.prototype._take = function (one) {
    this.it.names[one[0]] = one[1];
    if (this.it.single) { this.values = [one[0]]; } else if (this.values.indexOf(one[0]) < 0) { this.values.push(one[0]); }
    this.input.value = "";
    this._draw();
    this.it.changed(this.values);
    if (this.it.single) { this._close(); this.box.querySelector("button").focus(); } else { this.input.focus(); this._ask(); }
  };

  Picker.prototype._ask = function () {
    var picker = this, words = this.input.value.trim();
    if (this.asking) { this.asking.abort(); }
    this.asking = new AbortController();
    var address = new URL(this.it.offers, window.location.href);
    address.searchParams.set("field", this.it.field);
    address.searchParams.set("q", words);
    fetch(address, { signal: this.asking.signal, headers: { Accept: "application/json" } })
      .then(function (answer) { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.json(); })
      .then(function (told) { picker._offer(told.choices, words); })
      .catch(function (error) { if (error.name !== "AbortError") { picker._offer([], words, "没有取到，请再试一次"); } });
  };
  Picker.prototype._offer = function (choices, words, trouble) {
    var picker = this, values = this.values;
    this.offered = words;
    this.found = choices.filter(function (one) { return values.indexOf(one[0]) < 0; });
    if (this.it.free && words && values.indexOf(words) < 0 && !this.found.some(function (one) { return one[0] === words; })) { this.found.push([words, words, "就用这个"]); }
    this.list.textContent = "";
    this.found.forEach(function (one, place) {
      var row = make("li", { role: "option", id: picker.list.id + "-" + place, "aria-selected": "false" }, one[1]);
      if (one[2]) { row.append(make("span", { "class": "text-secondary small" }, one[2])); }
      row.addEventListener("mousedown", function (event) { event.preventDefault(); picker._take(one); });
      picker.list.append(row);
    });
    if (!this.found.length) { this.list.append(make("li", { "class": "text-secondary" }, trouble || (words ? "没有找到" : "没有可选的了"))); }
    this.list.hidden = document.activeElement !== this.input;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this._point(words && this.found.length ? 0 : -1);
    // Enter was pressed before the answer came: the first of it is meant.
    if (this.eager && words === this.input.value.trim()) {
      this.eager = false;
      if (this.found.length) { this._take(this.found[0]); }
    }
  };
  Picker.prototype._point = function (place) {
    this.at = place;
    Array.from(this.list.children).forEach(function (row, nth) { row.setAttribute("aria-selected", String(nth === place)); });
    if (place < 0) { this.input.removeAttribute("aria-activedescendant"); return; }
    this.input.setAttribute("aria-activedescendant", this.list.id + "-" + place);
    this.list.children[place].scrollIntoView({ block: "nearest" });
  };
  Picker.prototype._close = function () {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  };
  Picker.prototype._press = function (event) {
    if (event.isComposing) { return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) { this._ask(); return; }
      if (this.found.length) { this._point((this.at + (event.key === "ArrowDown" ? 1 : this.at < 0 ? 0 : -1) + this.found.length) % this.found.length); }
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.input.value.trim() && this.offered !== this.input.value.trim()) { this.eager = true; this._ask(); }
      else if (!this.list.hidden && this.at >= 0) { this._take(this.found[this.at]); }
      else if (this.it.free && this.input.value.trim()) { this._take([this.input.value.trim(), this.input.value.trim()]); }
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this._close();
    } else if (event.key === "Backspace" && !this.input.value && this.values.length) {
      this._drop(this.values[this.values.length - 1]);
    }
  };
  Picker.prototype._listen = function () {
    var picker = this;
    this.box.addEventListener("click", function (event) { if (event.target === picker.box) { picker.input.focus(); } });
    this.input.addEventListener("focus", function () { picker._ask(); });
    this.input.addEventListener("blur", function () { picker._close(); });
    this.input.addEventListener("input", function () {
      clearTimeout(picker.soon);
      picker.soon = setTimeout(function () { picker._ask(); }, PATIENCE);
    });
    this.input.addEventListener("keydown", function (event) { picker._press(event); });
  };

  window.RuleParts.Picker = Picker;
  window.RuleParts.make = make;
})();
