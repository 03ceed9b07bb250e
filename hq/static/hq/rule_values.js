// The fields in which a condition's value is filled in: pills, a picker, numbers, days, scores, yes or no.
(function () {
  "use strict";
  var parts = window.RuleParts, make = parts.make, FEW = 12, SCORE_NAMES = { recency: "R 最近", frequency: "F 次数", money: "M 金额" };

  function words(text) { return make("span", { "class": "rule-words" }, text); }
  function whole(text) { return /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : text.trim(); }

  function number(label, value, changed, least) {
    var field = make("input", { "class": "form-control form-control-sm rule-number-field", inputmode: "numeric", "aria-label": label, maxlength: "10", placeholder: least, "data-rule-focus": "" });
    field.value = value === undefined || value === null ? "" : value;
    field.addEventListener("input", function () { changed(whole(field.value)); });
    return field;
  }
  function day(label, value, changed) {
    var field = make("input", { "class": "form-control form-control-sm rule-day-field", type: "date", "aria-label": label, min: "1970-01-01", max: "2080-12-31" });
    field.value = value || "";
    field.addEventListener("change", function () { changed(field.value); });
    return field;
  }
  function pair(node, changed, one) {
    var box = make("span", { "class": "rule-pair" });
    box.append(one("起", node.value[0], function (value) { node.value = [value, node.value[1]]; changed(); }), words("到"),
      one("止", node.value[1], function (value) { node.value = [node.value[0], value]; changed(); }));
    return box;
  }
  function pills(node, choices, label, changed) {
    var box = make("span", { "class": "rule-pills", role: "group", "aria-label": label }), chosen = (node.value || []).map(String);
    choices.forEach(function (choice) {
      var pill = make("button", { type: "button", "class": "rule-pill", "aria-pressed": String(chosen.indexOf(String(choice[0])) >= 0) }, choice[1]);
      pill.addEventListener("click", function () {
        var was = pill.getAttribute("aria-pressed") === "true";
        pill.setAttribute("aria-pressed", String(!was));
        node.value = was ? node.value.filter(function (one) { return String(one) !== String(choice[0]); }) : node.value.concat([choice[0]]);
        changed();
      });
      box.append(pill);
    });
    return box;
  }
  function picker(tree, node, field, changed) {
    var names = tree.shape.names;
    names[field.name] = names[field.name] || {};
    return new parts.Picker({
      label: field.label, values: Array.isArray(node.value) ? node.value : [], names: names[field.name], offers: tree.shape.offers, field: field.name,
      single: field.kind === "segment", free: field.kind === "text", changed: function (values) { node.value = values.slice(); changed(); }
    }).box;
  }
  function known(tree, node, field, changed) {
    if (field.choices.length <= FEW) { return pills(node, field.choices, field.label, changed); }
    // Many choices of the brand's own: a native list of several, narrow enough for a phone.
    var box = make("select", { "class": "form-select form-select-sm", multiple: "", size: "6", "aria-label": field.label });
    field.choices.forEach(function (choice) {
      var option = make("option", { value: choice[0] }, choice[1]);
      option.selected = (node.value || []).map(String).indexOf(String(choice[0])) >= 0;
      box.append(option);
    });
    box.addEventListener("change", function () {
      var taken = Array.from(box.selectedOptions).map(function (one) { return one.value; });
      node.value = field.choices.map(function (choice) { return choice[0]; }).filter(function (one) { return taken.indexOf(String(one)) >= 0; });
      changed();
    });
    return box;
  }
  function scores(node, changed) {
    var box = make("span", { "class": "rule-scores" });
    parts.SCORES.forEach(function (name) {
      var one = make("span", { "class": "rule-pair" });
      function select(end) {
        var field = make("select", { "class": "form-select form-select-sm", "aria-label": SCORE_NAMES[name] + (end ? " 最高" : " 最低") });
        for (var score = 1; score <= 5; score += 1) { field.append(make("option", { value: score }, score)); }
        field.value = node.value[name][end];
        field.addEventListener("change", function () {
          var range = node.value[name].slice();
          range[end] = Number(field.value);
          node.value[name] = range;
          changed();
        });
        return field;
      }
      one.append(words(SCORE_NAMES[name]), select(0), words("到"), select(1));
      box.append(one);
    });
    return box;
  }
  function yesNo(node, changed) {
    var field = make("select", { "class": "form-select form-select-sm", "aria-label": "是或否" });
    field.append(make("option", { value: "yes" }, "是"), make("option", { value: "" }, "否"));
    field.value = node.value === false ? "" : "yes";
    field.addEventListener("change", function () { node.value = field.value === "yes"; changed(); });
    return field;
  }
  function single(node, label, unit, changed) {
    var box = make("span", { "class": "rule-pair" });
    box.append(number(label, node.value, function (value) { node.value = value; changed(); }, ""));
    if (unit) { box.append(words(unit)); }
    return box;
  }

  // The element for a condition's value, or null where nothing is asked. `changed` is called after each change.
  parts.control = function (tree, node, changed) {
    var field = tree.byName[node.field];
    if (!field || node.op === "never") { return null; }
    if (field.kind === "rfm") { return scores(node, changed); }
    if (field.kind === "switch") { return yesNo(node, changed); }
    if (field.kind === "day" && node.op === "between") { return pair(node, changed, day); }
    if (field.kind === "number" && node.op === "between") { return pair(node, changed, number); }
    if (field.kind === "number") { return single(node, field.label, field.unit, changed); }
    if (node.op === "within" || node.op === "ago" || node.op === "not_within") { return single(node, "天数", "天", changed); }
    return field.choices.length ? known(tree, node, field, changed) : picker(tree, node, field, changed);
  };
})();
