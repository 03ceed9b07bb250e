// Draws every [data-chart] with ECharts: stacked horizontal bars, or one line of bars. Data come in the attribute as JSON.
(function () {
  "use strict";
  var COLOURS = { green: "#2f9e5b", orange: "#d9822b", grey: "#c9d2dc", blue: "#0f6ab4" };

  function options(chart) {
    var category = { type: "category", data: chart.names, axisTick: { show: false }, axisLabel: { width: 96, overflow: "truncate", color: "#3b4654" } };
    var value = { type: "value", minInterval: 1, splitLine: { lineStyle: { color: "#e8ecf1" } }, axisLabel: { color: "#5b6675" } };
    var lying = chart.kind === "stack";
    if (lying) { category.inverse = true; }
    return {
      animationDuration: 200,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 16, top: chart.series.length > 1 ? 32 : 12, bottom: 8, containLabel: true },
      legend: chart.series.length > 1 ? { top: 0, right: 0, itemWidth: 10, itemHeight: 10 } : undefined,
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText" },
      xAxis: lying ? value : category,
      yAxis: lying ? category : value,
      series: chart.series.map(function (one) {
        return { name: one.name, type: "bar", stack: lying ? "all" : undefined, data: one.values, barMaxWidth: 22, itemStyle: { color: COLOURS[one.colour] } };
      })
    };
  }

  function draw(box) {
    var drawn = window.echarts.getInstanceByDom(box) || window.echarts.init(box);
    drawn.setOption(options(JSON.parse(box.dataset.chart)));
  }

  function drawAll() { document.querySelectorAll("[data-chart]").forEach(draw); }
  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  window.addEventListener("resize", function () {
    document.querySelectorAll("[data-chart]").forEach(function (box) {
      var drawn = window.echarts.getInstanceByDom(box);
      if (drawn) { drawn.resize(); }
    });
  });
})();
