// Draws every [data-rule-builder]: groups as cards in cards, each condition a line that reads as a sentence. Tells "rule:changed".
(function () {
  "use strict";
  var parts = window.RuleParts, make = parts.make, MINE = "rule-mine";

  function Builder(box) {
    var builder = this;
    this.box = box;
    this.simple = box.hasAttribute("data-simple");
    this.field = box.querySelector("[data-rule-field]");
    this.trunk = box.querySelector("[data-rule-tree]");
    this.undone = box.querySelector("[data-rule-undo]");
    this.tree = new parts.Tree(JSON.parse(box.dataset.ruleBuilder));
    this.undone.querySelector("button").addEventListener("click", function () { builder.undo(); });
    box.addEventListener("keydown", function (event) {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z" && !event.target.matches("input")) { event.preventDefault(); builder.undo(); }
    });
    // A draft put back by the page, or another script's rule.
    this.field.addEventListener("change", function (event) { if (event.detail !== MINE) { builder.reload(); } });
    box.addEventListener("rule:problems", function (event) { builder.clear(builder.sent); builder.show(event.detail, builder.sent); });
    this.draw();
    this.show(this.tree.shape.problems, this.tree.json(true).places);
    this.tell();
  }

  Builder.prototype.reload = function () {
    var rule = {};
    try { rule = JSON.parse(this.field.value || "{}"); } catch (broken) { return; }
    this.tree.load(rule);
    this.draw();
    this.tell();
  };
  Builder.prototype.undo = function () {
    if (this.tree.undo()) { this.undone.hidden = true; this.changed(true); }
  };
  // After each change: the field that is sent, and whoever listens.
  Builder.prototype.changed = function (redraw) {
    if (redraw) { this.draw(); }
    this.field.value = JSON.stringify(this.tree.json(true).rule);
    this.field.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: MINE }));
    this.tell();
  };
  Builder.prototype.tell = function () {
    var made = this.tree.json(false);
    this.sent = made.places;
    this.box.dispatchEvent(new CustomEvent("rule:changed", { bubbles: true, detail: { rule: made.rule, left: made.left, builder: this.box } }));
  };
  // Mistakes that were asked about again go; those of conditions not filled in yet were not asked about and stay.
  Builder.prototype.clear = function (places) {
    var box = this.box;
    Object.keys(places).forEach(function (place) {
      var row = box.querySelector('[data-key="' + places[place].key + '"]'), told = row && row.querySelector(":scope > [data-rule-problem]");
      if (!told) { return; }
      told.textContent = "";
      told.hidden = true;
      row.classList.remove("is-wrong");
    });
  };
  // Mistakes by place, each at its condition.
  Builder.prototype.show = function (problems, places) {
    var box = this.box;
    Object.keys(problems).forEach(function (place) {
      var node = places[place], row = node && box.querySelector('[data-key="' + node.key + '"]');
      if (!row) { return; }
      var told = row.querySelector(":scope > [data-rule-problem]");
      told.textContent = problems[place];
      told.hidden = false;
      row.classList.add("is-wrong");
    });
  };

  Builder.prototype.draw = function () {
    var held = document.activeElement && this.trunk.contains(document.activeElement) ? document.activeElement.closest("[data-key]") : null;
    var key = held && held.dataset.key;
    this.trunk.textContent = "";
    this.trunk.append(this.group(this.tree.root, true));
    if (key) { this.focus(key); }
  };
  Builder.prototype.focus = function (key) {
    var row = this.trunk.querySelector('[data-key="' + key + '"]') || this.trunk.querySelector("[data-key]");
    var field = row && row.querySelector("select, input, button");
    if (field) { field.focus(); }
  };

  Builder.prototype.group = function (node, top) {
    var builder = this, card = make("div", { "class": "rule-group" + (node.not ? " is-not" : "") + (top ? " is-top" : ""), "data-key": node.key, role: "group" });
    var head = make("div", { "class": "rule-head" }), list = make("div", { "class": "rule-parts" });
    card.setAttribute("aria-label", node.word === "all" ? "满足全部条件的一组" : "满足任意一个条件的一组");
    if (!this.simple && (node.parts.length > 1 || !top)) { head.append(this.word(node)); }
    if (!top) {
      var end = make("span", { "class": "rule-end" });
      end.append(this.turn(node), this.drop(node));
      if (node.not) { head.prepend(make("span", { "class": "rule-not" }, "不")); }
      head.append(end);
    }
    if (head.children.length) { card.append(head); }
    node.parts.forEach(function (part, place) {
      var line = make("div", { "class": "rule-line" });
      line.append(make("span", { "class": "rule-joint" }, place ? (node.word === "all" ? "并且" : "或者") : ""));
      line.append(part.type === "group" ? builder.group(part, false) : builder.condition(part));
      list.append(line);
    });
    if (top && !node.parts.length) { list.append(make("p", { "class": "text-secondary mb-2" }, "还没有条件，就是您能看到的所有客户。")); }
    card.append(list, this.adders(node), make("div", { "class": "invalid-feedback d-block", "data-rule-problem": "", hidden: "" }));
    return card;
  };
  Builder.prototype.word = function (node) {
    var builder = this, box = make("span", { "class": "rule-word", role: "group", "aria-label": "这一组怎么算" });
    [["all", "满足全部"], ["any", "满足任意一个"]].forEach(function (one) {
      var button = make("button", { type: "button", "class": "rule-pill", "aria-pressed": String(node.word === one[0]) }, one[1]);
      button.addEventListener("click", function () { node.word = one[0]; builder.changed(true); });
      box.append(button);
    });
    return box;
  };
  Builder.prototype.turn = function (node) {
    var builder = this, button = make("button", { type: "button", "class": "btn btn-sm rule-turn", "aria-pressed": String(node.not), title: "反过来：要不满足的人" }, "取反");
    button.addEventListener("click", function () { node.not = !node.not; builder.changed(true); });
    return button;
  };
  Builder.prototype.drop = function (node) {
    var builder = this, button = make("button", { type: "button", "class": "btn btn-sm rule-drop", "aria-label": node.type === "group" ? "删掉这一组" : "删掉这个条件" }, "×");
    button.addEventListener("click", function () {
      var above = builder.tree.remove(node.key);
      builder.changed(true);
      builder.undone.querySelector("span").textContent = builder.tree.lastKept();
      builder.undone.hidden = false;
      builder.focus(above.key);
    });
    return button;
  };
  Builder.prototype.adders = function (node) {
    var builder = this, tree = this.tree, box = make("div", { "class": "rule-adders" }), full = tree.count() >= tree.shape.most.conditions;
    function add(text, deed) {
      var button = make("button", { type: "button", "class": "btn btn-sm" }, text);
      button.disabled = full;
      button.addEventListener("click", function () {
        tree.keep("已加上");
        var made = deed();
        builder.undone.hidden = true;
        builder.changed(true);
        builder.focus(made.key);
      });
      box.append(button);
    }
    add("＋ 条件", function () { return tree.addCondition(node); });
    if (!this.simple && tree.mayNest(node.key)) { add("＋ 一组条件", function () { return tree.addGroup(node).first; }); }
    if (full) { box.append(make("span", { "class": "text-secondary small" }, "最多 " + tree.shape.most.conditions + " 个条件")); }
    return box;
  };

  Builder.prototype.condition = function (node) {
    var builder = this, tree = this.tree, field = tree.byName[node.field];
    var row = make("div", { "class": "rule-row" + (node.not ? " is-not" : ""), "data-key": node.key, role: "group", "aria-label": "条件：" + (field ? field.label : "已删除的字段") });
    var control = parts.control(tree, node, function () { builder.clear({ here: node }); builder.changed(false); });
    if (node.not) { row.append(make("span", { "class": "rule-not" }, "不满足")); }
    row.append(this.fieldSelect(node, field));
    if (field && (field.ops.length > 1 || field.kind !== "switch")) { row.append(this.opSelect(node, field)); }
    if (control) { row.append(control); }
    var end = make("span", { "class": "rule-end" });
    if (!this.simple) { end.append(this.turn(node)); }
    end.append(this.drop(node));
    row.append(end, make("div", { "class": "invalid-feedback d-block rule-told", "data-rule-problem": "", hidden: "" }));
    return row;
  };
  Builder.prototype.fieldSelect = function (node, field) {
    var builder = this, tree = this.tree, select = make("select", { "class": "form-select form-select-sm rule-field", "aria-label": "字段" });
    if (!field) { select.append(make("option", { value: node.field }, "（已删除的字段）")); }
    tree.groups.forEach(function (name) {
      var group = make("optgroup", { label: name });
      tree.fields.forEach(function (one) { if (one.group === name) { group.append(make("option", { value: one.name }, one.label)); } });
      if (group.children.length) { select.append(group); }
    });
    select.value = node.field;
    select.addEventListener("change", function () {
      var chosen = tree.byName[select.value];
      node.field = chosen.name;
      node.op = chosen.ops[0][0];
      node.value = tree.blank(chosen, node.op);
      builder.changed(true);
    });
    return select;
  };
  Builder.prototype.opSelect = function (node, field) {
    var builder = this, tree = this.tree, select = make("select", { "class": "form-select form-select-sm rule-op", "aria-label": field.label + "怎么比较" });
    field.ops.forEach(function (op) { select.append(make("option", { value: op[0] }, op[1])); });
    select.value = node.op;
    select.addEventListener("change", function () {
      node.op = select.value;
      node.value = tree.blank(field, node.op, node.value);
      builder.changed(true);
      var again = builder.trunk.querySelector('[data-key="' + node.key + '"] .rule-op');
      if (again) { again.focus(); }
    });
    return select;
  };

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-rule-builder]").forEach(function (box) { return new Builder(box); });
  });
})();
