import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const charts = new Map();

const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const figures = (host, kind) => {
  const source = document.getElementById("figures");
  const told = JSON.parse(source.dataset.days);
  const money = host.dataset.currency;
  const format = money
    ? new Intl.NumberFormat(undefined, { style: "currency", currency: money, maximumFractionDigits: 2 })
    : new Intl.NumberFormat();
  const [all, part] = kind === "money" ? ["revenue", "attributed"] : ["impressions", "clicks"];
  return {
    format: (value) => format.format(value),
    days: told.map((day) => day.day),
    all: told.map((day) => day[all]),
    part: told.map((day) => day[part]),
  };
};

const bars = (name, data, color) => ({
  name,
  data,
  type: "bar",
  barGap: "-100%",
  barMaxWidth: 34,
  itemStyle: { color, borderRadius: [3, 3, 0, 0] },
});

const option = (host) => {
  const { days, all, part, format } = figures(host, host.dataset.chart);
  const [whole, share] = host.dataset.names.split("|");
  const text = { color: ink("quiet"), fontSize: 12 };
  const short = (day) =>
    new Date(`${day}T12:00`).toLocaleDateString(undefined, { day: "numeric", month: "short" });
  return {
    animation: !calm.matches,
    animationDuration: 300,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 0, right: 4, top: 40, bottom: 0, outerBounds: { left: 0, right: 0, top: 0, bottom: 4 } },
    legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 12, textStyle: text },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: ink("raised"),
      borderColor: ink("line"),
      textStyle: { color: ink("ink"), fontSize: 13 },
      axisPointer: { type: "shadow", shadowStyle: { color: ink("line"), opacity: 0.4 } },
      valueFormatter: format,
    },
    xAxis: {
      type: "category",
      data: days,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ink("line") } },
      axisLabel: { ...text, formatter: short, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      splitLine: { lineStyle: { color: ink("line") } },
      axisLabel: { ...text, formatter: (value) => compact(host, value) },
    },
    series: [bars(whole, all, ink("bar")), bars(share, part, ink("accent"))],
  };
};

const compact = (host, value) =>
  new Intl.NumberFormat(undefined, {
    notation: "compact",
    maximumFractionDigits: 1,
    minimumFractionDigits: 0,
    ...(host.dataset.currency && { style: "currency", currency: host.dataset.currency }),
  }).format(value);

const draw = () => {
  for (const host of document.querySelectorAll("[data-chart]")) {
    if (!charts.has(host)) {
      const chart = init(host);
      charts.set(host, chart);
      new ResizeObserver(() => chart.resize()).observe(host);
    }
    charts.get(host).setOption(option(host));
  }
};

draw();
document.addEventListener("htmx:afterSwap", draw);
dark.addEventListener("change", draw);
