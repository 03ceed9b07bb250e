// One big file sent up with progress; afterwards the page where its columns are chosen.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var zone = document.getElementById("import-drop");
    if (!zone) { return; }
    var field = document.getElementById("import-file"), bar = document.getElementById("import-progress");
    var name = document.getElementById("import-name"), problem = document.getElementById("import-problem"), running = null;

    function say(words) { problem.textContent = words; problem.classList.toggle("d-block", words !== ""); }
    function ended(words) { running = null; bar.hidden = true; field.value = ""; name.textContent = words; }

    function send(file) {
      if (running) { return; }
      say("");
      if (file.size > Number(zone.dataset.most)) { say("文件最大 " + Math.floor(Number(zone.dataset.most) / 1048576) + " MB，请分成几个文件"); return; }
      var kind = document.querySelector('#kinds input[name="kind"]:checked').value, call = running = new XMLHttpRequest();
      var once = String(Date.now()) + "-" + String(Math.random()).slice(2, 12);
      call.open("POST", zone.dataset.address + "?kind=" + encodeURIComponent(kind) + "&once=" + once);
      call.responseType = "json";
      call.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
      call.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
      call.setRequestHeader("Content-Type", "application/octet-stream");
      call.setRequestHeader("Accept", "application/json");
      call.upload.addEventListener("progress", function (event) {
        if (!event.lengthComputable) { return; }
        bar.value = event.loaded / event.total;
        name.textContent = file.name + " · 上传中 " + Math.round(bar.value * 100) + "%";
      });
      call.addEventListener("load", function () {
        var answer = call.response || {};
        if (call.status === 200) { name.textContent = "已上传，正在打开…"; running = null; window.location.href = answer.url; return; }
        ended("把文件拖到这里，或点一下选择");
        say(answer.message || "没有上传成功，请再试一次");
      });
      call.addEventListener("error", function () { ended("把文件拖到这里，或点一下选择"); say("网络不通，没有传上去，请再选一次"); });
      bar.hidden = false;
      bar.value = 0;
      name.textContent = file.name + " · 上传中";
      call.send(file);
    }

    field.addEventListener("change", function () { if (field.files[0]) { send(field.files[0]); } });
    ["dragover", "dragenter"].forEach(function (kind) { zone.addEventListener(kind, function (event) { event.preventDefault(); zone.classList.add("is-over"); }); });
    ["dragleave", "drop"].forEach(function (kind) { zone.addEventListener(kind, function () { zone.classList.remove("is-over"); }); });
    zone.addEventListener("drop", function (event) { event.preventDefault(); if (event.dataTransfer.files[0]) { send(event.dataTransfer.files[0]); } });
    window.addEventListener("beforeunload", function (event) { if (running) { event.preventDefault(); } });
  });
})();
