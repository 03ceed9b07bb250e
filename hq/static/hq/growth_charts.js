// Draws every [data-growth-chart] with ECharts: growth, sources, a tile a province, and who stayed month after month.
(function () {
  "use strict";
  var GREY = "#5b6675", BLUES = ["#eef4fa", "#9cc6ea", "#0f6ab4"];

  // On these blues black reads better (4.5 to 1) up to nine tenths, white only above.
  function inkOn(share) { return share > 0.91 ? "#fff" : "#000"; }

  function count(value) { return Number(value).toLocaleString("zh-CN"); }
  function short(value) { return Math.abs(value) >= 10000 ? (value / 10000).toFixed(1) + "万" : count(value); }

  function growth(chart) {
    var colours = ["#0f6ab4", "#d9822b"];
    return {
      grid: { left: 8, right: 8, top: 36, bottom: 8, containLabel: true },
      legend: { top: 0, right: 0, itemWidth: 10, itemHeight: 10 },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: function (value) { return count(Math.abs(value)); } },
      xAxis: { type: "category", data: chart.names, axisTick: { show: false }, axisLabel: { color: GREY } },
      yAxis: [
        { type: "value", minInterval: 1, axisLabel: { color: GREY, formatter: function (value) { return short(Math.abs(value)); } }, splitLine: { lineStyle: { color: "#e8ecf1" } } },
        { type: "value", minInterval: 1, axisLabel: { color: GREY, formatter: short }, splitLine: { show: false } }
      ],
      series: chart.series.map(function (one, place) {
        if (place === 2) { return { name: one.name, type: "line", yAxisIndex: 1, data: one.values, symbol: "none", lineStyle: { color: "#2f9e5b", width: 2 }, itemStyle: { color: "#2f9e5b" } }; }
        return { name: one.name, type: "bar", stack: "day", data: one.values, barMaxWidth: 16, itemStyle: { color: colours[place] } };
      })
    };
  }

  function bars(chart) {
    return {
      grid: { left: 8, right: 48, top: 4, bottom: 4, containLabel: true },
      tooltip: { renderMode: "richText", formatter: function (one) { return one.name + "\n" + count(one.value) + " 人"; } },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: chart.names, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { width: 104, overflow: "truncate", color: "#3b4654" } },
      series: [{ type: "bar", data: chart.values, barMaxWidth: 16, itemStyle: { color: "#0f6ab4", borderRadius: [0, 3, 3, 0] }, label: { show: true, position: "right", color: GREY, formatter: function (one) { return short(one.value); } } }]
    };
  }

  function tiles(chart) {
    var most = Math.max.apply(null, chart.tiles.map(function (tile) { return tile.value; })) || 1;
    return {
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      tooltip: { renderMode: "richText", formatter: function (one) { return one.data.name + "\n" + count(one.data.value[2]) + " 人"; } },
      xAxis: { type: "category", show: false, data: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
      yAxis: { type: "category", show: false, inverse: true, data: [0, 1, 2, 3, 4, 5, 6, 7] },
      visualMap: { show: false, min: 0, max: most, inRange: { color: BLUES } },
      series: [{
        type: "heatmap", itemStyle: { borderColor: "#fff", borderWidth: 3, borderRadius: 6 }, emphasis: { itemStyle: { borderColor: "#16202e", borderWidth: 2 } },
        label: { show: true, fontSize: 11, lineHeight: 14, formatter: function (one) { return one.data.name + (one.data.value[2] ? "\n" + short(one.data.value[2]) : ""); } },
        data: chart.tiles.map(function (tile) {
          return { name: tile.name, value: [tile.at[0], tile.at[1], tile.value], label: { color: tile.value ? inkOn(tile.value / most) : GREY } };
        })
      }]
    };
  }

  function cohort(chart, narrow) {
    return {
      grid: { left: 34, right: 8, top: 28, bottom: 4, containLabel: true },
      tooltip: { renderMode: "richText", formatter: function (one) { return chart.names[one.value[1]] + "\n" + (one.value[0] ? one.value[0] + " 个月后" : "当月添加") + " " + count(one.data.people) + " 人，" + one.value[2] + "%"; } },
      xAxis: { type: "category", position: "top", data: chart.steps.map(function (step) { return step ? (narrow ? String(step) : step + " 个月") : "当月"; }), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: GREY, interval: 0 } },
      yAxis: { type: "category", inverse: true, data: chart.names, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: GREY, formatter: function (name) { return narrow ? name.slice(2, 7) : name; } } },
      visualMap: { show: false, min: 0, max: 100, inRange: { color: BLUES } },
      series: [{
        type: "heatmap", itemStyle: { borderColor: "#fff", borderWidth: 2, borderRadius: 3 },
        label: { show: !narrow, fontSize: 11, formatter: function (one) { return Math.round(one.value[2]) + "%"; } },
        data: chart.cells.map(function (cell) {
          return { value: [cell.at[0], cell.at[1], cell.share], people: cell.value, label: { color: inkOn(cell.share / 100) } };
        })
      }]
    };
  }

  var KINDS = { growth: growth, bars: bars, tiles: tiles, cohort: cohort };

  function draw(box) {
    var chart = JSON.parse(box.dataset.growthChart);
    var drawn = window.echarts.getInstanceByDom(box) || window.echarts.init(box);
    var options = KINDS[chart.kind](chart, box.clientWidth < 560);
    options.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
    options.animationDuration = 200;
    drawn.setOption(options);
  }

  document.addEventListener("DOMContentLoaded", function () { document.querySelectorAll("[data-growth-chart]").forEach(draw); });
  window.addEventListener("resize", function () {
    document.querySelectorAll("[data-growth-chart]").forEach(function (box) {
      var drawn = window.echarts.getInstanceByDom(box);
      if (drawn) { drawn.resize(); }
    });
  });
})();
