// The poster editor put together: asks the server for the picture after each change, says what does not fit, keeps and uploads.
(function () {
  "use strict";
  var PAUSE = 150;

  document.addEventListener("DOMContentLoaded", function () {
    var root = document.getElementById("poster-editor");
    if (!root) { return; }
    var parts = window.posterEditor, form = document.getElementById("poster-form"), poster = new parts.Poster(JSON.parse(root.dataset.layout));
    var token = document.querySelector('meta[name="csrf-token"]').content, guide = document.getElementById("poster-guide");
    var stage = new parts.Stage(poster, root.querySelector("[data-stage]"), Number(root.dataset.safe));
    var layers = new parts.Layers(poster, root), fields = new parts.Fields(poster, root, upload);
    var notes = root.querySelector("[data-notes]"), state = root.querySelector("[data-state]"), asked = 0, timer = 0;

    function keptTokens() { return Array.from(form.querySelectorAll('input[name="kept"]'), function (each) { return each.value; }); }
    function bodyOf(more) {
      var body = new FormData();
      body.append("csrf_token", token);
      Object.keys(more).forEach(function (name) { body.append(name, more[name]); });
      return body;
    }
    function post(url, body) { return fetch(url, { method: "POST", body: body, headers: { Accept: "application/json" } }); }

    function look() {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    }
    function ask() {
      var mine = (asked += 1), body = bodyOf({ layout: JSON.stringify(poster.layout), guide: guide.value });
      keptTokens().forEach(function (kept) { body.append("kept", kept); });
      post(root.dataset.preview, body).then(function (answer) {
        if (mine !== asked) { return null; }
        if (answer.status === 422) { return answer.json().then(function (told) { wrong(told.problems || {}); }); }
        if (!answer.ok) { throw new Error(String(answer.status)); }
        var told = JSON.parse(answer.headers.get("X-Poster-Notes") || "{}");
        return answer.blob().then(function (picture) { if (mine === asked) { shown(picture, told); } });
      }).catch(function () { if (mine === asked) { state.textContent = "预览没有刷新，网络好了会再试"; setTimeout(look, 4000); } });
    }
    function shown(picture, told) {
      var old = stage.picture.src;
      stage.picture.src = URL.createObjectURL(picture);
      stage.picture.hidden = false;
      if (old) { setTimeout(function () { URL.revokeObjectURL(old); }, 1000); }
      state.textContent = "成品约 " + Math.ceil(told.bytes / 1024) + " KB，上限 300 KB";
      fields.tell({});
      tell(told);
    }
    function wrong(problems) {
      fields.tell(problems);
      notes.replaceChildren();
      Object.keys(problems).forEach(function (where) { note(where, place(where) + problems[where], "danger"); });
      state.textContent = "有地方要改，改好后预览会刷新";
    }
    function place(where) {
      var each = poster.find(where.split(".").slice(0, 2).join(".")) || poster.find(where.split(".")[0]);
      return each ? "「" + poster.name(each) + "」" : "";
    }
    function tell(told) {
      notes.replaceChildren();
      var here = {};
      (told.now || []).forEach(function (one) {
        here[one.path] = true;
        if (one.cut) { note(one.path, "「" + one.text + "」放不下，被截断了", "warning"); }
        if (one.left) { note(one.path, "「" + one.text + "」里的 " + one.left + " 字库里没有，会略去", "warning"); }
      });
      (told.long || []).forEach(function (one) { if (!here[one.path]) { note(one.path, "「" + one.text + "」遇到很长的姓名或门店会被截断", "info"); } });
      if (told.more) { note("", "还有 " + told.more + " 处也放不下，先改上面这些", "info"); }
    }
    function note(where, words, tone) {
      var row = document.createElement("button");
      row.type = "button";
      row.className = "poster-note is-" + tone;
      row.textContent = words;
      row.addEventListener("click", function () {
        var each = poster.find(where.split(".").slice(0, 2).join(".")) || poster.find(where.split(".")[0]);
        poster.select(each ? each.path : "");
      });
      notes.appendChild(row);
    }

    function upload(file, then, otherwise) {
      if (!file) { return; }
      state.textContent = "正在上传图片…";
      post(root.dataset.upload, bodyOf({ picture: file })).then(function (answer) {
        return answer.json().then(function (told) {
          state.textContent = "";
          if (!answer.ok) { otherwise(told.message || "没有传上去，请再试一次"); return; }
          var kept = document.createElement("input");
          kept.type = "hidden"; kept.name = "kept"; kept.value = told.kept;
          form.appendChild(kept);
          then(told.blob_key, told);
        });
      }).catch(function () { state.textContent = ""; otherwise("网络不通，没有传上去，请再试一次"); });
    }

    var picker = root.querySelector("[data-add-picture]");
    picker.addEventListener("change", function () {
      upload(picker.files[0], function (key, told) {
        var w = Math.min(told.width, 420), h = Math.max(8, Math.min(Math.round((told.height / told.width) * w), 1000));
        layers.add("pictures", { blob_key: key, w: w, h: h, radius: 0 });
      }, function (why) { state.textContent = why; });
      picker.value = "";
    });

    var undo = root.querySelector("[data-undo]"), redo = root.querySelector("[data-redo]"), safe = root.querySelector("[data-safe-shown]");
    function steps() { undo.disabled = !poster.canUndo(); redo.disabled = !poster.canRedo(); }
    undo.addEventListener("click", function () { poster.undo(); });
    redo.addEventListener("click", function () { poster.redo(); });
    safe.addEventListener("change", function () { stage.root.classList.toggle("shows-safe", safe.checked); });
    guide.addEventListener("change", ask);
    poster.listen(function (what) { if (what === "layout") { look(); } steps(); });
    document.addEventListener("keydown", function (event) {
      if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea, select")) { return; }
      var key = event.key.toLowerCase();
      if (key === "z") { if (event.shiftKey) { poster.redo(); } else { poster.undo(); } } else if (key === "y") { poster.redo(); }
      else if (key === "d" && poster.selected) { poster.duplicate(poster.selected); } else { return; }
      event.preventDefault();
    });

    form.addEventListener("input", function () { poster.dirty = true; });
    form.addEventListener("submit", function () { form.elements.layout.value = JSON.stringify(poster.layout); poster.dirty = false; });
    window.addEventListener("beforeunload", function (event) { if (poster.dirty) { event.preventDefault(); } });
    steps();
    ask();
  });
})();
