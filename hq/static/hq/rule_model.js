// The rule in hand (人群条件): a tree of groups and conditions read from JSON, written back with places, with undo. Draws nothing.
(function () {
  "use strict";
  var STEPS = 50, SCORES = ["recency", "frequency", "money"], LISTS = ["set", "ids", "region", "choice", "text", "segment"];
  // Other segments stand among the fields, though a rule writes them otherwise.
  var SEGMENT = { name: "segment", label: "其他人群", kind: "segment", group: "人群", ops: [["in", "在这个人群里"]], unit: "", choices: [], asks: true };

  function copy(value) { return JSON.parse(JSON.stringify(value)); }
  function isBody(value) { return Boolean(value) && typeof value === "object" && !Array.isArray(value); }
  function under(place, word) { return place ? place + "." + word : word; }

  function Tree(shape) {
    var tree = this;
    this.shape = shape;
    this.groups = shape.groups.concat(["人群"]);
    this.fields = shape.fields.concat([SEGMENT]);
    this.byName = {};
    this.fields.forEach(function (field) { tree.byName[field.name] = field; });
    this._next = 0;
    this._back = [];
    this.load(shape.rule);
  }

  Tree.prototype.load = function (rule) {
    var read = this._read(rule);
    this.root = read.type === "group" && !read.not ? read : { type: "group", key: this._key(), word: "all", not: false, parts: [read] };
  };
  Tree.prototype._key = function () { this._next += 1; return "n" + this._next; };
  Tree.prototype._read = function (body) {
    var tree = this, not = false, word;
    while (isBody(body) && Object.keys(body).length === 1 && "not" in body) { not = !not; body = body.not; }
    if (!isBody(body) || !Object.keys(body).length) { return { type: "group", key: this._key(), word: "all", not: not, parts: [] }; }
    word = Array.isArray(body.all) ? "all" : "any";
    if (Array.isArray(body[word])) {
      return { type: "group", key: this._key(), word: word, not: not, parts: body[word].map(function (one) { return tree._read(one); }) };
    }
    if ("segment" in body) { return { type: "condition", key: this._key(), not: not, field: "segment", op: "in", value: [body.segment] }; }
    return { type: "condition", key: this._key(), not: not, field: String(body.field || ""), op: String(body.op || ""), value: body.value };
  };

  // {rule, places: {place: node}, left: how many conditions were not filled in}; those are left out where `whole` is false.
  Tree.prototype.json = function (whole) {
    var made = { rule: {}, places: {}, left: 0 };
    made.rule = this._write(this.root, "", whole, made) || {};
    if (!this.root.parts.length) { made.rule = {}; }
    return made;
  };
  Tree.prototype._write = function (node, place, whole, made) {
    var tree = this, inner = node.not ? under(place, "not") : place, body, parts;
    if (node.type === "group") {
      parts = [];
      node.parts.forEach(function (part) {
        var one = tree._write(part, under(inner, node.word + "." + parts.length), whole, made);
        if (one !== undefined) { parts.push(one); }
      });
      if (!parts.length && !whole) { return undefined; }
      body = {};
      body[node.word] = parts;
    } else {
      if (!whole && !this.isWhole(node)) { made.left += 1; return undefined; }
      if (node.field === "segment") { body = { segment: (node.value || [])[0] || 0 }; }
      else {
        body = { field: node.field, op: node.op };
        if (node.value !== null && node.value !== undefined) { body.value = node.value; }
      }
    }
    made.places[place || "rule"] = node;
    made.places[inner || "rule"] = node;
    return node.not ? { not: body } : body;
  };

  Tree.prototype.isWhole = function (node) {
    var field = this.byName[node.field], value = node.value;
    if (!field) { return true; }
    if (LISTS.indexOf(field.kind) >= 0 || node.op === "month") { return Array.isArray(value) && value.length > 0; }
    if (node.op === "between" && field.kind !== "rfm") { return Array.isArray(value) && value[0] !== "" && value[1] !== ""; }
    return value !== "";
  };
  // What a condition begins with when its field or its way of comparing was chosen; what was filled in stays where it fits.
  Tree.prototype.blank = function (field, op, before) {
    if (op === "never") { return null; }
    if (field.kind === "switch") { return typeof before === "boolean" ? before : true; }
    if (field.kind === "rfm") {
      var scores = {};
      SCORES.forEach(function (name) { scores[name] = isBody(before) && before[name] ? before[name] : [1, 5]; });
      return scores;
    }
    if (LISTS.indexOf(field.kind) >= 0 || op === "month") { return Array.isArray(before) ? before : []; }
    if (op === "between") { return ["", ""]; }
    return typeof before === "number" ? before : field.kind === "number" ? "" : 30;
  };

  Tree.prototype.find = function (key, from, above) {
    from = from || this.root;
    if (from.key === key) { return { node: from, above: above || null }; }
    for (var place = 0; from.parts && place < from.parts.length; place += 1) {
      var found = this.find(key, from.parts[place], from);
      if (found) { return found; }
    }
    return null;
  };
  Tree.prototype.count = function (from) {
    var tree = this;
    from = from || this.root;
    return from.type === "group" ? from.parts.reduce(function (sum, part) { return sum + tree.count(part); }, 0) : 1;
  };
  // How many braces deep the parts of a group stand, as the server counts them.
  Tree.prototype.depthIn = function (key) {
    var depth = 1, found = this.find(key);
    while (found && found.above) { depth += found.node.not ? 2 : 1; found = this.find(found.above.key); }
    return depth;
  };
  Tree.prototype.mayNest = function (key) { return this.depthIn(key) + 1 < this.shape.most.nesting; };

  Tree.prototype.keep = function (words) {
    this._back.push({ words: words, root: copy(this.root) });
    if (this._back.length > STEPS) { this._back.shift(); }
  };
  Tree.prototype.lastKept = function () { return this._back.length ? this._back[this._back.length - 1].words : ""; };
  Tree.prototype.undo = function () {
    var last = this._back.pop();
    if (last) { this.root = last.root; }
    return Boolean(last);
  };
  Tree.prototype.addCondition = function (group) {
    var field = this.fields[0], node = { type: "condition", key: this._key(), not: false, field: field.name, op: field.ops[0][0] };
    node.value = this.blank(field, node.op);
    group.parts.push(node);
    return node;
  };
  Tree.prototype.addGroup = function (group) {
    var made = { type: "group", key: this._key(), word: group.word === "all" ? "any" : "all", not: false, parts: [] };
    group.parts.push(made);
    return { group: made, first: this.addCondition(made) };
  };
  Tree.prototype.remove = function (key) {
    var found = this.find(key);
    this.keep(found.node.type === "group" ? "已删掉一组条件" : "已删掉一个条件");
    found.above.parts.splice(found.above.parts.indexOf(found.node), 1);
    return found.above;
  };

  window.RuleParts = { Tree: Tree, SCORES: SCORES };
})();
