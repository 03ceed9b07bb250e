// Draws every [data-tier-chart] with ECharts: the flow between stages (Sankey) and the RFM grid, whose cells lead on.
(function () {
  "use strict";
  var STEPS = ["#4a90d9", "#2f9e5b", "#0f766e", "#d9822b", "#b42318"];

  function count(value) { return Number(value).toLocaleString("zh-CN") + " 人"; }

  /* A Sankey must not run in circles: each stage stands twice, as what was on the left and as what came on the right. */
  function flow(chart) {
    var nodes = {};
    chart.links.forEach(function (link) { nodes["was " + link.from] = link.from; nodes["now " + link.to] = link.to; });
    return {
      tooltip: { renderMode: "richText", formatter: function (one) { return one.dataType === "edge" ? one.data.words : one.data.words + "\n" + count(one.value); } },
      series: [{
        // Drawn at once: its animation cuts the names off at the edge until it ends.
        type: "sankey", animation: false, left: 72, right: 72, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 14, draggable: false, layoutIterations: 0,
        emphasis: { focus: "adjacency" }, lineStyle: { color: "gradient", opacity: 0.35 },
        data: Object.keys(nodes).map(function (name) {
          var left = name.indexOf("was ") === 0;
          return {
            name: name, words: (left ? "原来 " : "现在 ") + nodes[name], depth: left ? 0 : 1, itemStyle: { color: STEPS[chart.steps.indexOf(nodes[name])] },
            label: { position: left ? "left" : "right", formatter: nodes[name], color: "#3b4654" }
          };
        }),
        links: chart.links.map(function (link) {
          return { source: "was " + link.from, target: "now " + link.to, value: link.value, words: link.from + " → " + link.to + "：" + count(link.value) };
        })
      }]
    };
  }

  function grid(chart) {
    var most = Math.max.apply(null, chart.cells.map(function (cell) { return cell.value; }));
    function axis(name, ends) {
      return {
        type: "category", data: [1, 2, 3, 4, 5].map(function (step) { return step === 1 ? "1 " + ends[0] : step === 5 ? "5 " + ends[1] : String(step); }),
        name: name, nameLocation: "middle", nameTextStyle: { color: "#3b4654" }, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: "#5b6675" }
      };
    }
    return {
      tooltip: { renderMode: "richText", formatter: function (one) { return "R " + (one.value[0] + 1) + "，F " + (one.value[1] + 1) + "\n" + count(one.value[2]); } },
      grid: { left: 84, right: 12, top: 8, bottom: 48 },
      xAxis: Object.assign(axis("R 最近下单", ["很久以前", "最近"]), { nameGap: 30 }),
      yAxis: Object.assign(axis("F 下单次数", ["少", "多"]), { nameGap: 52 }),
      visualMap: { show: false, min: 0, max: most || 1, inRange: { color: ["#eef4fa", "#9cc6ea", "#0f6ab4"] } },
      series: [{
        type: "heatmap", cursor: "pointer", itemStyle: { borderColor: "#fff", borderWidth: 2, borderRadius: 3 },
        label: { show: true, formatter: function (one) { return one.value[2] >= 10000 ? (one.value[2] / 10000).toFixed(1) + " 万" : one.value[2].toLocaleString("zh-CN"); } },
        data: chart.cells.map(function (cell) {
          return { value: [cell.at[0], cell.at[1], cell.value], link: cell.link, label: { color: cell.value > most * 0.91 ? "#fff" : "#000" } };
        })
      }]
    };
  }

  function draw(box) {
    var chart = JSON.parse(box.dataset.tierChart);
    var drawn = window.echarts.getInstanceByDom(box) || window.echarts.init(box);
    var options = chart.kind === "flow" ? flow(chart) : grid(chart);
    options.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
    options.animationDuration = 200;
    drawn.setOption(options);
    drawn.off("click");
    drawn.on("click", function (one) { if (one.data && one.data.link) { window.location.assign(one.data.link); } });
  }

  document.addEventListener("DOMContentLoaded", function () { document.querySelectorAll("[data-tier-chart]").forEach(draw); });
  window.addEventListener("resize", function () {
    document.querySelectorAll("[data-tier-chart]").forEach(function (box) {
      var drawn = window.echarts.getInstanceByDom(box);
      if (drawn) { drawn.resize(); }
    });
  });
})();
