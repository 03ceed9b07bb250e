// The poster on screen: the server's own picture, and over it a box per element to pick, drag and resize, by pointer or by keys.
(function () {
  "use strict";
  var HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"], NEAR = 7;

  function Stage(poster, root, safe) {
    this.poster = poster;
    this.root = root;
    this.safe = safe;
    this.picture = root.querySelector("img");
    this.boxes = root.querySelector("[data-boxes]");
    this.lines = root.querySelector("[data-lines]");
    this.drag = null;
    var self = this;
    poster.listen(function () { self.show(); });
    this.boxes.addEventListener("pointerdown", function (event) { self.begin(event); });
    this.boxes.addEventListener("pointermove", function (event) { self.move(event); });
    ["pointerup", "pointercancel"].forEach(function (name) { self.boxes.addEventListener(name, function () { self.end(); }); });
    this.boxes.addEventListener("focusin", function (event) {
      if (event.target.dataset.path) { poster.select(event.target.dataset.path); }
    });
    root.addEventListener("keydown", function (event) { self.key(event); });
    this.show();
  }

  function percent(part, whole) { return (part / whole) * 100 + "%"; }

  Stage.prototype.show = function () {
    var self = this, layout = this.poster.layout, held = document.activeElement && document.activeElement.dataset.path;
    this.root.style.aspectRatio = layout.width + " / " + layout.height;
    this.root.style.setProperty("--wide", layout.width / layout.height);
    var safe = this.root.querySelector("[data-safe]");
    safe.style.inset = percent(this.safe, layout.height) + " " + percent(this.safe, layout.width);
    if (this.drag) { this.follow(); return; }
    this.boxes.replaceChildren();
    this.poster.elements().forEach(function (each) { self.boxes.appendChild(self.boxOf(each)); });
    if (held) { var again = this.boxes.querySelector('[data-path="' + held + '"]'); if (again) { again.focus({ preventScroll: true }); } }
  };

  Stage.prototype.boxOf = function (each) {
    var node = document.createElement("div"), chosen = each.path === this.poster.selected;
    node.className = "poster-box" + (chosen ? " is-chosen" : "") + (each.kind === "panels" ? " is-panel" : "");
    node.tabIndex = 0;
    node.dataset.path = each.path;
    node.setAttribute("role", "button");
    node.setAttribute("aria-pressed", String(chosen));
    node.setAttribute("aria-label", window.posterEditor.KINDS[each.kind] + "：" + this.poster.name(each) + "，方向键移动");
    this.lay(node, this.poster.box(each.one));
    if (chosen) {
      this.sides(each).forEach(function (side) {
        var handle = document.createElement("span");
        handle.className = "poster-handle at-" + side;
        handle.dataset.handle = side;
        node.appendChild(handle);
      });
    }
    return node;
  };
  // A square has corners only; a box too small on screen has no handles in the middle of its short sides.
  Stage.prototype.sides = function (each) {
    var scale = this.root.clientWidth / this.poster.layout.width, box = this.poster.box(each.one), square = each.kind === "avatar" || each.kind === "qr";
    return HANDLES.filter(function (side) {
      if (side.length === 2) { return true; }
      return !square && (side === "n" || side === "s" ? box.w : box.h) * scale > 36;
    });
  };
  Stage.prototype.lay = function (node, box) {
    var layout = this.poster.layout;
    node.style.left = percent(box.x, layout.width);
    node.style.top = percent(box.y, layout.height);
    node.style.width = percent(box.w, layout.width);
    node.style.height = percent(box.h, layout.height);
  };

  Stage.prototype.begin = function (event) {
    var node = event.target.closest("[data-path]");
    if (!node || event.button) { this.poster.select(""); return; }
    event.preventDefault();
    var path = node.dataset.path;
    this.poster.select(path);
    node = this.boxes.querySelector('[data-path="' + path + '"]');
    node.focus({ preventScroll: true });
    var each = this.poster.find(path), frame = this.root.getBoundingClientRect();
    this.drag = {
      path: path, node: node, handle: event.target.dataset.handle || "", from: this.poster.box(each.one), mark: "drag" + Date.now(),
      x: event.clientX, y: event.clientY, scale: this.poster.layout.width / frame.width, moved: false,
    };
    this.boxes.setPointerCapture(event.pointerId);
  };
  Stage.prototype.move = function (event) {
    var drag = this.drag;
    if (!drag) { return; }
    var dx = (event.clientX - drag.x) * drag.scale, dy = (event.clientY - drag.y) * drag.scale;
    if (!drag.moved && Math.abs(dx) + Math.abs(dy) < 4) { return; }
    if (!drag.moved) { this.lift(drag); }
    drag.moved = true;
    var box = drag.handle ? resized(drag.from, drag.handle, dx, dy) : { x: drag.from.x + dx, y: drag.from.y + dy, w: drag.from.w, h: drag.from.h };
    if (!event.altKey) { box = this.snapped(box, drag); }
    this.poster.place(drag.path, box, drag.mark);
  };
  // While it is moved the box carries its part of the picture along.
  Stage.prototype.lift = function (drag) {
    if (drag.handle || !this.picture.src) { return; }
    var frame = this.root.getBoundingClientRect(), own = drag.node.getBoundingClientRect();
    drag.node.classList.add("is-lifted");
    drag.node.style.backgroundImage = 'url("' + this.picture.src + '")';
    drag.node.style.backgroundSize = frame.width + "px " + frame.height + "px";
    drag.node.style.backgroundPosition = frame.left - own.left + "px " + (frame.top - own.top) + "px";
  };
  Stage.prototype.follow = function () {
    var each = this.poster.find(this.drag.path);
    if (each) { this.lay(this.drag.node, this.poster.box(each.one)); }
  };
  Stage.prototype.end = function () {
    this.drag = null;
    this.lines.replaceChildren();
    this.show();
  };

  function resized(box, side, dx, dy) {
    var made = { x: box.x, y: box.y, w: box.w, h: box.h };
    if (side.includes("e")) { made.w = box.w + dx; }
    if (side.includes("s")) { made.h = box.h + dy; }
    if (side.includes("w")) { made.w = Math.max(8, box.w - dx); made.x = box.x + box.w - made.w; }
    if (side.includes("n")) { made.h = Math.max(8, box.h - dy); made.y = box.y + box.h - made.h; }
    return made;
  }

  // Edges and middles of the poster, its safe area and the other elements draw the box to them.
  Stage.prototype.snapped = function (box, drag) {
    var self = this, layout = this.poster.layout;
    var xs = [0, this.safe, layout.width / 2, layout.width - this.safe, layout.width];
    var ys = [0, this.safe, layout.height / 2, layout.height - this.safe, layout.height];
    this.poster.elements().forEach(function (each) {
      if (each.path === drag.path) { return; }
      var other = self.poster.box(each.one);
      xs.push(other.x, other.x + other.w / 2, other.x + other.w);
      ys.push(other.y, other.y + other.h / 2, other.y + other.h);
    });
    this.lines.replaceChildren();
    this.pull(box, "x", "w", xs, drag.handle.replace(/[ns]/g, ""), "w");
    this.pull(box, "y", "h", ys, drag.handle.replace(/[ew]/g, ""), "n", drag.handle);
    return box;
  };
  Stage.prototype.pull = function (box, start, length, targets, side, first) {
    if (this.drag.handle && !side) { return; }
    var points = side ? [side === first ? 0 : 1] : [0, 0.5, 1], best = null, near = NEAR * Math.min(1.5, this.drag.scale);
    points.forEach(function (share) {
      targets.forEach(function (target) {
        var off = target - (box[start] + box[length] * share);
        if (Math.abs(off) <= near && (!best || Math.abs(off) < Math.abs(best.off))) { best = { off: off, target: target, share: share }; }
      });
    });
    if (!best) { return; }
    if (!side) { box[start] += best.off; } else if (side === first) { box[start] += best.off; box[length] -= best.off; } else { box[length] += best.off; }
    var line = document.createElement("i");
    line.className = "poster-line is-" + start;
    line.style[start === "x" ? "left" : "top"] = percent(best.target, start === "x" ? this.poster.layout.width : this.poster.layout.height);
    this.lines.appendChild(line);
  };

  var ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  Stage.prototype.key = function (event) {
    var path = this.poster.selected, way = ARROWS[event.key];
    if (event.key === "Escape") { this.poster.select(""); return; }
    if (!path || !event.target.closest("[data-path]")) { return; }
    if (way) {
      var box = this.poster.box(this.poster.find(path).one), far = event.shiftKey ? 10 : 1;
      if (event.altKey) { box.w += way[0] * far; box.h += way[1] * far; } else { box.x += way[0] * far; box.y += way[1] * far; }
      this.poster.place(path, box, "keys " + path);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.poster.remove(path);
    } else {
      return;
    }
    event.preventDefault();
  };

  window.posterEditor.Stage = Stage;
})();
