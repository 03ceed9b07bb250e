// Draws every [data-persona-chart] with ECharts: a radar of shares, or trend lines in per cent. Data come as JSON.
(function () {
  "use strict";
  var COLOURS = ["#b42318", "#0f6ab4", "#2f9e5b"];

  function radar(chart) {
    var most = 10;
    chart.series.forEach(function (one) { most = Math.max(most, Math.max.apply(null, one.values.concat(0))); });
    most = Math.min(100, Math.ceil((most + 2) / 10) * 10);
    return {
      animationDuration: 150, color: ["#0f6ab4"],
      tooltip: { renderMode: "richText" },
      radar: { radius: "66%", indicator: chart.names.map(function (name) { return { name: name, max: most }; }), axisName: { color: "#3b4654" }, splitNumber: 4 },
      series: [{ type: "radar", areaStyle: { opacity: 0.15 }, data: chart.series.map(function (one) { return { name: one.name, value: one.values }; }) }]
    };
  }

  function lines(chart) {
    return {
      animationDuration: 150, color: COLOURS,
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, right: 0, itemWidth: 14, itemHeight: 8 },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: function (value) { return value === null || value === undefined ? "数量太少" : value + "%"; } },
      xAxis: { type: "category", data: chart.names, axisTick: { show: false }, axisLabel: { color: "#5b6675" } },
      yAxis: { type: "value", axisLabel: { formatter: "{value}%", color: "#5b6675" }, splitLine: { lineStyle: { color: "#e8ecf1" } } },
      series: chart.series.map(function (one) { return { name: one.name, type: "line", data: one.values, symbolSize: 7, connectNulls: false }; })
    };
  }

  function draw(box) {
    var chart = JSON.parse(box.dataset.personaChart);
    if (!chart.names.length) { return; }
    var drawn = window.echarts.getInstanceByDom(box) || window.echarts.init(box);
    var options = chart.kind === "radar" ? radar(chart) : lines(chart);
    options.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
    drawn.setOption(options, true);
  }

  function drawAll() { document.querySelectorAll("[data-persona-chart]").forEach(draw); }
  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("persona:changed", drawAll);
  window.addEventListener("resize", function () {
    document.querySelectorAll("[data-persona-chart]").forEach(function (box) {
      var drawn = window.echarts.getInstanceByDom(box);
      if (drawn) { drawn.resize(); }
    });
  });
})();
