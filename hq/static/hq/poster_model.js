// The poster in hand: its layout, what is selected, and every step back and forth. Tells its listeners; draws nothing.
(function () {
  "use strict";
  var STEPS = 200, TOGETHER = 800;
  var KINDS = { panels: "色块", pictures: "图片", texts: "文字", avatar: "头像", qr: "二维码" };
  var MOST = { panels: 40, pictures: 6, texts: 40 };

  function copy(value) { return JSON.parse(JSON.stringify(value)); }

  function Poster(layout) {
    this.layout = layout;
    this.layout.width = layout.width || 750;
    this.layout.height = layout.height || 1334;
    this.layout.background = layout.background || { colours: ["#ffffff"] };
    this.selected = "";
    this.dirty = false;
    this._back = [];
    this._forth = [];
    this._merging = "";
    this._at = 0;
    this._listeners = [];
  }

  Poster.prototype.listen = function (heard) { this._listeners.push(heard); };
  Poster.prototype._tell = function (what) { this._listeners.forEach(function (heard) { heard(what); }); };

  // All elements from the lowest to the topmost, as they are drawn.
  Poster.prototype.elements = function () {
    var layout = this.layout, found = [];
    ["panels", "pictures", "texts"].forEach(function (kind) {
      (layout[kind] || []).forEach(function (one, place) { found.push({ path: kind + "." + place, kind: kind, place: place, one: one }); });
    });
    ["avatar", "qr"].forEach(function (kind) { if (layout[kind]) { found.push({ path: kind, kind: kind, place: 0, one: layout[kind] }); } });
    return found;
  };
  Poster.prototype.find = function (path) {
    return this.elements().find(function (each) { return each.path === path; });
  };
  Poster.prototype.name = function (each) {
    var name = KINDS[each.kind];
    if (each.kind === "texts") { return (each.one.text || "").trim().slice(0, 16) || "（空白文字）"; }
    return MOST[each.kind] ? name + " " + (each.place + 1) : name;
  };

  Poster.prototype.select = function (path) {
    if (this.selected === path) { return; }
    this.selected = path;
    this._tell("selection");
  };

  // Changes with the same mark in quick succession are one step: a drag, a word typed.
  Poster.prototype.change = function (deed, mark) {
    var before = JSON.stringify(this.layout), now = Date.now();
    deed(this.layout);
    if (JSON.stringify(this.layout) === before) { return; }
    if (!mark || mark !== this._merging || now - this._at > TOGETHER) { this._back.push({ layout: before, selected: this.selected }); }
    if (this._back.length > STEPS) { this._back.shift(); }
    this._merging = mark || "";
    this._at = now;
    this._forth = [];
    this.dirty = true;
    this._tell("layout");
  };
  Poster.prototype._go = function (from, to) {
    if (!from.length) { return; }
    var step = from.pop();
    to.push({ layout: JSON.stringify(this.layout), selected: this.selected });
    this.layout = JSON.parse(step.layout);
    this.selected = this.find(step.selected) ? step.selected : "";
    this._merging = "";
    this._tell("layout");
    this._tell("selection");
  };
  Poster.prototype.undo = function () { this._go(this._back, this._forth); };
  Poster.prototype.redo = function () { this._go(this._forth, this._back); };
  Poster.prototype.canUndo = function () { return this._back.length > 0; };
  Poster.prototype.canRedo = function () { return this._forth.length > 0; };

  Poster.prototype.hasRoom = function (kind) {
    return MOST[kind] ? (this.layout[kind] || []).length < MOST[kind] : !this.layout[kind];
  };
  Poster.prototype.add = function (kind, one) {
    if (!this.hasRoom(kind)) { return; }
    this.change(function (layout) {
      if (MOST[kind]) { layout[kind] = (layout[kind] || []).concat([one]); } else { layout[kind] = one; }
    });
    this.select(MOST[kind] ? kind + "." + (this.layout[kind].length - 1) : kind);
  };
  Poster.prototype.remove = function (path) {
    var each = this.find(path);
    if (!each) { return; }
    this.change(function (layout) {
      if (MOST[each.kind]) { layout[each.kind].splice(each.place, 1); } else { delete layout[each.kind]; }
    });
    this.selected = "";
    this._tell("selection");
  };
  Poster.prototype.duplicate = function (path) {
    var each = this.find(path), layout = this.layout;
    if (!each || !MOST[each.kind]) { return; }
    var twin = copy(each.one);
    twin.x = Math.max(0, Math.min(twin.x + 20, layout.width - twin.w));
    twin.y = Math.max(0, Math.min(twin.y + 20, layout.height - twin.h));
    this.add(each.kind, twin);
  };
  // One step up or down among its kind: words always stand above pictures, pictures above panels.
  Poster.prototype.lift = function (path, steps) {
    var each = this.find(path);
    if (!each || !MOST[each.kind]) { return; }
    var to = each.place + steps;
    if (to < 0 || to >= this.layout[each.kind].length) { return; }
    this.change(function (layout) { layout[each.kind].splice(to, 0, layout[each.kind].splice(each.place, 1)[0]); });
    this.selected = each.kind + "." + to;
    this._tell("selection");
  };
  Poster.prototype.box = function (one) {
    return { x: one.x || 0, y: one.y || 0, w: one.size && !one.w ? one.size : one.w || 1, h: one.size && !one.h ? one.size : one.h || 1 };
  };
  // Put an element's box in place, whole pixels and inside the poster; a square stays one.
  Poster.prototype.place = function (path, box, mark) {
    var self = this;
    this.change(function (layout) {
      var each = self.find(path), square = each.kind === "avatar" || each.kind === "qr";
      var least = square ? 40 : 8, w = Math.round(box.w), h = Math.round(box.h);
      if (square) { w = h = Math.min(Math.max(w, h), layout.width, layout.height); }
      w = Math.min(Math.max(w, least), layout.width);
      h = Math.min(Math.max(h, least), layout.height);
      each.one.x = Math.min(Math.max(Math.round(box.x), 0), layout.width - w);
      each.one.y = Math.min(Math.max(Math.round(box.y), 0), layout.height - h);
      if (square) { each.one.size = w; } else { each.one.w = w; each.one.h = h; }
    }, mark);
  };

  window.posterEditor = { Poster: Poster, KINDS: KINDS };
})();
