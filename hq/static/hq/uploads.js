// One file of a form: chosen or dragged in, sent with progress, shown in the preview; the form waits for it.
(function () {
  "use strict";
  function size(bytes) { return bytes < 1048576 ? Math.ceil(bytes / 1024) + " KB" : (bytes / 1048576).toFixed(1) + " MB"; }

  function ready(box) {
    var form = box.closest("form"), kept = box.querySelector('[name="kept"]'), name = box.querySelector("[data-name]");
    var file = box.querySelector('input[type="file"]'), bar = box.querySelector("[data-progress]"), clear = box.querySelector("[data-clear-upload]");
    var wrong = box.parentElement.querySelector("[data-upload-problem]"), running = null;

    function say(words) {
      wrong.textContent = words;
      wrong.classList.toggle("d-block", words !== "");
      box.classList.toggle("is-invalid", words !== "");
    }
    function shown(url, text) {
      document.querySelectorAll("[data-shows-picture]").forEach(function (part) { part.hidden = !url; if (url) { part.src = url; } else { part.removeAttribute("src"); } });
      document.querySelectorAll("[data-shows-name]").forEach(function (part) { part.textContent = text; });
    }
    function ended() { running = null; bar.hidden = true; file.value = ""; }
    function send(chosen) {
      if (running) { running.abort(); }
      say("");
      if (chosen.size > Number(box.dataset.most)) { say("文件最大 " + size(Number(box.dataset.most)) + "，这个有 " + size(chosen.size) + "，请换一个小一些的"); file.value = ""; return; }
      var call = running = new XMLHttpRequest();
      call.open("POST", box.dataset.upload);
      call.responseType = "json";
      call.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
      call.setRequestHeader("X-File-Name", encodeURIComponent(chosen.name));
      call.setRequestHeader("Content-Type", "application/octet-stream");
      call.setRequestHeader("Accept", "application/json");
      call.upload.addEventListener("progress", function (event) {
        var part = event.lengthComputable ? Math.round(event.loaded * 100 / event.total) : 0;
        bar.firstElementChild.style.width = part + "%";
        bar.setAttribute("aria-valuenow", part);
        name.textContent = chosen.name + " · 上传中 " + part + "%";
      });
      call.addEventListener("load", function () {
        ended();
        var answer = call.response || {};
        if (call.status !== 200) { if (clear) { clear.hidden = false; } name.textContent = kept.value ? "还是原来的那个" : "没有上传成功"; say(answer.message || "没有上传成功，请再试一次"); return; }
        kept.value = answer.kept;
        name.textContent = answer.name + " · " + size(answer.size);
        if (clear) { clear.hidden = false; }
        shown(answer.url, answer.name);
        form.dispatchEvent(new Event("change", { bubbles: true }));
      });
      call.addEventListener("error", function () { ended(); name.textContent = chosen.name; say("网络不通，没有传上去，请再选一次"); });
      bar.hidden = false;
      bar.firstElementChild.style.width = "0";
      call.send(chosen);
    }

    file.addEventListener("change", function () { if (file.files[0]) { send(file.files[0]); } });
    ["dragenter", "dragover"].forEach(function (kind) { box.addEventListener(kind, function (event) { event.preventDefault(); box.classList.add("is-over"); }); });
    ["dragleave", "drop"].forEach(function (kind) { box.addEventListener(kind, function () { box.classList.remove("is-over"); }); });
    box.addEventListener("drop", function (event) { event.preventDefault(); if (event.dataTransfer.files[0]) { send(event.dataTransfer.files[0]); } });
    if (clear) { clear.addEventListener("click", function () { kept.value = ""; name.textContent = "也可以把文件拖到这里"; clear.hidden = true; say(""); shown("", ""); }); }
    // Captured before the console marks the form as sent.
    window.addEventListener("submit", function (event) {
      // Without a file, why the last one was refused says more than that one is missing.
      var refused = kept.value ? "" : wrong.textContent;
      if (event.target !== form || (!running && !refused)) { return; }
      event.preventDefault();
      event.stopImmediatePropagation();
      say(running ? "还在上传，传完再保存" : refused);
      if (!running) { box.scrollIntoView({ block: "center" }); file.focus({ preventScroll: true }); }
    }, true);
  }

  document.addEventListener("DOMContentLoaded", function () { document.querySelectorAll("[data-upload]").forEach(ready); });
})();
