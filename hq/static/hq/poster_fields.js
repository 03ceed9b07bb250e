// What can be set: the fields of the chosen element, or of the whole poster when none is chosen; problems stand at their field.
(function () {
  "use strict";
  var BOX = [["x", "左", "number"], ["y", "上", "number"], ["w", "宽", "number"], ["h", "高", "number"]];
  var SQUARE = [["x", "左", "number"], ["y", "上", "number"], ["size", "边长", "number"]];
  var ALIGN = { left: "靠左", center: "居中", right: "靠右" }, WEIGHT = { regular: "常规", bold: "粗体" };
  var FIELDS = {
    texts: [["text", "文字", "words"], ["size", "字号", "number"], ["min_size", "最小字号", "number"], ["weight", "粗细", WEIGHT], ["align", "对齐", ALIGN],
      ["lines", "最多几行", "number"], ["colour", "颜色", "colour"]].concat(BOX),
    panels: [["colour", "颜色", "colour"], ["opacity", "不透明度 %", "number"], ["radius", "圆角", "number"]].concat(BOX),
    pictures: [["blob_key", "换一张图片", "picture"], ["radius", "圆角", "number"]].concat(BOX),
    avatar: SQUARE,
    qr: SQUARE,
    poster: [["product", "商品名", "line"], ["price", "价格", "line"], ["campaign", "活动", "line"], ["background.colours.0", "背景色", "colour"],
      ["background.colours.1", "渐变到", "second"], ["background.blob_key", "背景图片", "picture"], ["width", "宽", "number"], ["height", "高", "number"]],
  };
  var VARIABLES = ["导购", "门店", "商品", "价格", "活动"];
  var DEFAULTS = { min_size: 20, weight: "regular", align: "left", lines: 1, colour: "#222222", opacity: 100, radius: 0 };

  function made(tag, className, text) {
    var node = document.createElement(tag);
    node.className = className || "";
    if (text) { node.textContent = text; }
    return node;
  }
  function read(from, path) { return path.split(".").reduce(function (part, step) { return part == null ? part : part[step]; }, from); }
  function write(to, path, value) {
    var steps = path.split("."), last = steps.pop();
    var part = steps.reduce(function (at, step) { return (at[step] = at[step] || {}); }, to);
    if (value === undefined) { if (Array.isArray(part)) { part.splice(Number(last), 1); } else { delete part[last]; } } else { part[last] = value; }
  }

  function Fields(poster, root, upload) {
    this.poster = poster;
    this.root = root.querySelector("[data-field-list]");
    this.title = root.querySelector("[data-field-title]");
    this.upload = upload;
    this.problems = {};
    var self = this;
    poster.listen(function (what) { if (what === "selection") { self.show(); } else { self.refresh(); } });
    this.show();
  }

  Fields.prototype._now = function () {
    var each = this.poster.find(this.poster.selected);
    return each ? { kind: each.kind, path: each.path, one: each.one } : { kind: "poster", path: "", one: this.poster.layout };
  };
  Fields.prototype.show = function () {
    var self = this, now = this._now();
    this.title.textContent = now.path ? window.posterEditor.KINDS[now.kind] : "整张海报";
    this.root.replaceChildren();
    FIELDS[now.kind].forEach(function (field) { self.root.appendChild(self.row(now, field)); });
    this.mark();
  };

  Fields.prototype.row = function (now, field) {
    var name = field[0], kind = field[2], id = "poster-" + name.replace(/\./g, "-");
    var row = made("div", "poster-field" + (kind === "number" || typeof kind === "object" || kind === "colour" || kind === "second" ? " is-half" : ""));
    var label = made("label", "form-label", field[1]), input = this.input(now, name, kind);
    label.htmlFor = input.id = id;
    input.dataset.field = name;
    row.append(label, input);
    if (kind === "words") { row.appendChild(this.variables(input)); }
    if (kind === "second") { this.second(row, input); }
    if (kind === "picture" && read(now.one, name) && now.kind === "poster") { row.appendChild(this.taker(name)); }
    var problem = made("div", "invalid-feedback");
    problem.dataset.problem = name;
    problem.id = id + "-problem";
    row.appendChild(problem);
    return row;
  };

  Fields.prototype.input = function (now, name, kind) {
    var self = this, input = document.createElement(kind === "words" ? "textarea" : typeof kind === "object" ? "select" : "input");
    input.className = typeof kind === "object" ? "form-select" : "form-control";
    if (typeof kind === "object") { Object.keys(kind).forEach(function (key) { input.add(new Option(kind[key], key)); }); }
    if (kind === "words") { input.rows = 3; input.maxLength = 300; }
    if (kind === "number") { input.type = "number"; input.step = 1; input.inputMode = "numeric"; }
    if (kind === "colour" || kind === "second") { input.type = "color"; input.classList.add("form-control-color"); }
    if (kind === "picture") {
      input.type = "file";
      input.accept = "image/jpeg,image/png";
      input.addEventListener("change", function () { self.upload(input.files[0], function (key) { self.set(name, key); self.show(); }, function (why) { self.say(name, why); }); });
      return input;
    }
    this.fill(input, now.one, name);
    input.addEventListener("input", function () {
      self.set(name, input.type === "number" ? (input.value === "" ? null : Number(input.value)) : input.value);
    });
    return input;
  };
  Fields.prototype.fill = function (input, one, name) {
    if (input.type === "file" || input === document.activeElement) { return; }
    var value = read(one, name);
    if (name === "background.colours.1" && value == null) { value = read(one, "background.colours.0"); }
    if (value == null) { value = DEFAULTS[name]; }
    input.value = value == null ? "" : value;
  };
  Fields.prototype.set = function (name, value) {
    var now = this._now();
    this.poster.change(function () { write(now.one, name, value); }, "field " + now.path + name);
  };

  Fields.prototype.variables = function (input) {
    var row = made("div", "quick");
    VARIABLES.forEach(function (name) {
      var button = made("button", "btn btn-sm btn-outline-primary", name);
      button.type = "button";
      button.setAttribute("aria-label", "插入" + name);
      button.addEventListener("click", function () {
        input.setRangeText("{" + name + "}", input.selectionStart, input.selectionEnd, "end");
        input.dispatchEvent(new Event("input"));
        input.focus();
      });
      row.appendChild(button);
    });
    return row;
  };
  // A second colour makes the background fade; without it the first one covers all.
  Fields.prototype.second = function (row, input) {
    var self = this, label = made("label", "form-check form-check-inline mb-0"), tick = made("input", "form-check-input");
    tick.type = "checkbox";
    tick.checked = (read(this.poster.layout, "background.colours") || []).length > 1;
    input.hidden = !tick.checked;
    tick.addEventListener("change", function () {
      self.set("background.colours.1", tick.checked ? input.value : undefined);
      input.hidden = !tick.checked;
    });
    label.append(tick, made("span", "form-check-label", "渐变"));
    row.appendChild(label);
  };
  Fields.prototype.taker = function (name) {
    var self = this, button = made("button", "btn btn-sm btn-link px-0", "去掉背景图片");
    button.type = "button";
    button.addEventListener("click", function () { self.set(name, undefined); self.show(); });
    return button;
  };

  Fields.prototype.refresh = function () {
    var self = this, now = this._now();
    this.root.querySelectorAll("[data-field]").forEach(function (input) { self.fill(input, now.one, input.dataset.field); });
  };
  Fields.prototype.tell = function (problems) { this.problems = problems; this.mark(); };
  Fields.prototype.mark = function () {
    var self = this, path = this._now().path;
    this.root.querySelectorAll("[data-problem]").forEach(function (node) {
      var name = node.dataset.problem;
      self.say(name, self.problems[path ? path + "." + name : name] || (name === "w" || name === "size" ? self.problems[path] || "" : ""));
    });
  };
  Fields.prototype.say = function (name, why) {
    var node = this.root.querySelector('[data-problem="' + name + '"]'), input = this.root.querySelector('[data-field="' + name + '"]');
    if (!node) { return; }
    node.textContent = why;
    node.classList.toggle("d-block", Boolean(why));
    input.classList.toggle("is-invalid", Boolean(why));
    if (why) { input.setAttribute("aria-describedby", node.id); input.setAttribute("aria-invalid", "true"); } else { input.removeAttribute("aria-invalid"); }
  };

  window.posterEditor.Fields = Fields;
})();
