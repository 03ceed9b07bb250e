// Many files, two requests at a time: each shows its progress, its result, and can be sent once more.
(function () {
  "use strict";
  var AT_ONCE = 2;

  document.addEventListener("DOMContentLoaded", function () {
    var zone = document.getElementById("drop"), field = document.getElementById("files"), list = document.getElementById("list");
    if (!zone) { return; }
    var results = document.getElementById("results"), counted = document.getElementById("counted"), again = document.getElementById("again");
    var limits = JSON.parse(zone.dataset.limits), jobs = [], busy = 0;

    function limitOf(file) {
      if (/^image\//.test(file.type)) { return limits.image; }
      return /^video\//.test(file.type) ? limits.video : limits.file;
    }

    function count() {
      var done = jobs.filter(function (job) { return job.state === "done"; }).length;
      var failed = jobs.filter(function (job) { return job.state === "failed"; });
      counted.textContent = "共 " + jobs.length + " 个，成功 " + done + (failed.length ? "，失败 " + failed.length : "");
      again.hidden = !failed.some(function (job) { return job.mayRetry; });
    }

    function show(job, state, words) {
      job.state = state;
      job.said.replaceChildren();
      job.why.textContent = state === "failed" ? words : "";
      job.why.hidden = state !== "failed";
      job.bar.hidden = state !== "sending";
      if (state === "done") {
        var link = document.createElement("a");
        link.href = job.url;
        link.textContent = job.isNew ? "已存为草稿，去看" : "已经有了，去看";
        job.said.appendChild(link);
      } else {
        job.said.textContent = { waiting: "等待", sending: "上传中", failed: "没传上" }[state];
      }
      count();
    }

    function fail(job, words, mayRetry) {
      job.mayRetry = mayRetry;
      show(job, "failed", words);
    }

    function answered(job, request) {
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (error) { answer = {}; }
      if (request.status === 200) {
        job.url = answer.url;
        job.isNew = answer.new;
        show(job, "done");
      } else if (request.status === 401 || request.status === 400) {
        fail(job, "登录已过期，请刷新页面再传", false);
      } else {
        fail(job, answer.message || "服务器没有收好这个文件", request.status >= 500);
      }
    }

    function send(job) {
      var request = new XMLHttpRequest();
      busy += 1;
      show(job, "sending");
      request.open("POST", zone.dataset.address);
      request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
      request.setRequestHeader("X-File-Name", encodeURIComponent(job.file.name));
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", function (event) { if (event.lengthComputable) { job.bar.value = event.loaded / event.total; } });
      request.addEventListener("load", function () { answered(job, request); });
      request.addEventListener("error", function () { fail(job, "网络断了，没有传上去", true); });
      request.addEventListener("loadend", function () { busy -= 1; next(); });
      request.send(job.file);
    }

    function next() {
      while (busy < AT_ONCE) {
        var job = jobs.find(function (one) { return one.state === "waiting"; });
        if (!job) { return; }
        send(job);
      }
    }

    function add(file) {
      var row = document.createElement("li"), name = document.createElement("span");
      var job = { file: file, bar: document.createElement("progress"), said: document.createElement("span"), why: document.createElement("div"), mayRetry: false };
      name.textContent = file.name;
      job.why.className = "why small";
      job.said.className = "small text-secondary";
      job.bar.max = 1;
      job.bar.value = 0;
      row.append(name, job.said, job.bar, job.why);
      list.appendChild(row);
      jobs.push(job);
      if (file.size > limitOf(file)) {
        fail(job, "文件太大，最大 " + limitOf(file) / 1048576 + " MB", false);
      } else {
        show(job, "waiting");
      }
    }

    function take(files) {
      results.hidden = jobs.length === 0 && files.length === 0;
      Array.from(files).forEach(add);
      next();
    }

    field.addEventListener("change", function () { take(field.files); field.value = ""; });
    ["dragover", "dragenter"].forEach(function (name) { zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add("is-over"); }); });
    ["dragleave", "drop"].forEach(function (name) { zone.addEventListener(name, function () { zone.classList.remove("is-over"); }); });
    zone.addEventListener("drop", function (event) { event.preventDefault(); take(event.dataTransfer.files); });
    again.addEventListener("click", function () {
      jobs.forEach(function (job) { if (job.state === "failed" && job.mayRetry) { show(job, "waiting"); } });
      next();
    });
    window.addEventListener("beforeunload", function (event) { if (busy) { event.preventDefault(); } });
  });
})();
