// The list of layers: topmost first; picked, moved up and down, doubled, taken off. Also what can be added.
(function () {
  "use strict";
  var START = {
    panels: { w: 300, h: 160, colour: "#ffffff", radius: 16, opacity: 90 },
    texts: { text: "写点什么", w: 420, h: 64, size: 40, min_size: 24, weight: "regular", colour: "#222222", align: "left", lines: 1 },
    avatar: { size: 110 },
    qr: { size: 180 },
  };

  function button(text, label, act, off) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm btn-icon btn-ghost-secondary";
    made.textContent = text;
    made.disabled = Boolean(off);
    made.setAttribute("aria-label", label);
    made.title = label;
    made.addEventListener("click", act);
    return made;
  }

  function Layers(poster, root) {
    this.poster = poster;
    this.list = root.querySelector("[data-layer-list]");
    var self = this;
    root.querySelectorAll("[data-add]").forEach(function (each) {
      each.addEventListener("click", function () { self.add(each.dataset.add); });
    });
    this.adders = root.querySelectorAll("[data-add]");
    poster.listen(function () { self.show(); });
    this.show();
  }

  Layers.prototype.add = function (kind, more) {
    var one = Object.assign({}, START[kind], more), layout = this.poster.layout, w = one.w || one.size, h = one.h || one.size;
    one.x = Math.round((layout.width - w) / 2);
    one.y = Math.round((layout.height - h) / 2);
    this.poster.add(kind, one);
  };

  Layers.prototype.show = function () {
    var self = this, poster = this.poster;
    this.adders.forEach(function (each) { each.disabled = !poster.hasRoom(each.dataset.add); });
    this.list.replaceChildren();
    poster.elements().reverse().forEach(function (each) { self.list.appendChild(self.row(each)); });
    var chosen = this.list.querySelector(".is-chosen");
    if (chosen) { chosen.scrollIntoView({ block: "nearest" }); }
  };

  Layers.prototype.row = function (each) {
    var poster = this.poster, row = document.createElement("li"), pick = document.createElement("button"), kind = document.createElement("span");
    var words = document.createElement("span");
    var chosen = each.path === poster.selected, many = Array.isArray(poster.layout[each.kind]), last = many && poster.layout[each.kind].length - 1;
    row.className = "poster-layer" + (chosen ? " is-chosen" : "");
    row.dataset.layer = each.path;
    pick.type = "button";
    pick.className = "poster-layer-name";
    pick.setAttribute("aria-pressed", String(chosen));
    kind.className = "poster-layer-kind kind-" + each.kind;
    kind.setAttribute("aria-hidden", "true");
    if (each.one.colour) { kind.style.color = each.one.colour; }
    words.textContent = poster.name(each);
    pick.append(kind, words);
    pick.addEventListener("click", function () { poster.select(each.path); });
    row.appendChild(pick);
    if (!chosen) { return row; }
    if (many) {
      row.append(
        button("↑", "上移一层", function () { poster.lift(each.path, 1); }, each.place === last),
        button("↓", "下移一层", function () { poster.lift(each.path, -1); }, each.place === 0),
        button("＋", "复制一个", function () { poster.duplicate(each.path); }, !poster.hasRoom(each.kind))
      );
    }
    row.appendChild(button("×", "删掉", function () { poster.remove(each.path); }));
    return row;
  };

  window.posterEditor.Layers = Layers;
})();
