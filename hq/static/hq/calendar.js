// The persona calendar: entries are dragged to another day; content found by searching goes into the entry's form.
(function () {
  "use strict";
  var dragged = null;

  function say(words) {
    var line = document.getElementById("lost-line"), usual = line.textContent;
    line.textContent = words;
    line.hidden = false;
    setTimeout(function () { line.hidden = true; line.textContent = usual; }, 4000);
  }

  function move(entry, day) {
    var grid = document.getElementById("calendar"), body = new FormData();
    body.append("on", day.dataset.day);
    var headers = { Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
    entry.classList.add("is-moving");
    fetch(grid.dataset.moves.replace("/0/", "/" + entry.dataset.entry + "/"), { method: "POST", headers: headers, body: body })
      .then(function (answer) { return answer.json().then(function (told) { return { ok: answer.ok, told: told }; }); })
      .then(function (result) {
        if (result.ok) { location.reload(); return; }
        entry.classList.remove("is-moving");
        say(result.told.message || "没有移动成功");
      })
      .catch(function () { entry.classList.remove("is-moving"); say("网络不通，没有移动"); });
  }

  document.addEventListener("dragstart", function (event) {
    dragged = event.target.closest && event.target.closest("[data-entry]");
    if (dragged) { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", dragged.dataset.entry); }
  });
  document.addEventListener("dragover", function (event) {
    var day = dragged && event.target.closest("[data-day]");
    document.querySelectorAll(".calendar-day.is-over").forEach(function (one) { if (one !== day) { one.classList.remove("is-over"); } });
    if (day) { event.preventDefault(); day.classList.add("is-over"); }
  });
  document.addEventListener("drop", function (event) {
    var day = dragged && event.target.closest("[data-day]");
    if (!day) { return; }
    event.preventDefault();
    day.classList.remove("is-over");
    if (!day.contains(dragged)) { move(dragged, day); }
    dragged = null;
  });
  document.addEventListener("dragend", function () { dragged = null; });

  document.addEventListener("click", function (event) {
    var drops = event.target.closest("[data-drops-item]");
    if (drops) { drops.closest("li").remove(); return; }
    var adds = event.target.closest("[data-adds-item]");
    if (!adds) { return; }
    var list = document.getElementById("chosen-items"), id = adds.dataset.addsItem;
    if (list.querySelector('input[value="' + id + '"]')) { adds.textContent = "已加上"; return; }
    var row = document.createElement("li"), field = document.createElement("input"), title = document.createElement("span"), button = document.createElement("button");
    field.type = "hidden"; field.name = "item_id"; field.value = id;
    title.textContent = adds.dataset.title;
    button.type = "button"; button.className = "btn btn-sm btn-icon"; button.textContent = "×";
    button.setAttribute("data-drops-item", ""); button.setAttribute("aria-label", "去掉《" + adds.dataset.title + "》");
    row.append(field, title, button);
    list.append(row);
    adds.textContent = "已加上";
  });
  // Return in the search box must not send the form.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.id === "find-item") { event.preventDefault(); }
  });
})();
