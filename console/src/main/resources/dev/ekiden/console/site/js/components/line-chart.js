import { Chart, Filler, LineController, LineElement, LinearScale, PointElement, Tooltip } from "chart.js";
import { html } from "lit";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { isDays, isMoments, timeTicks } from "../ticks.js";
import { absolute, clock, day } from "../time.js";

const timesShown = 5;

Chart.register(Filler, LineController, LineElement, LinearScale, PointElement, Tooltip);

/**
 * Values over time, in the colours of the theme.
 *
 * - `series`: `{ label, color, points: [{ at, value }], stacked, stepped, bare }`; `color` names a token such as "running";
 *   those that are stacked come first and stand on one another, one that is stepped keeps its value up to the next point, a bare one is
 *   a line with nothing under it
 * - `from`, `to`: the time that is shown, in milliseconds
 * - `write(value)`: a value as text; `step(highest)`: how far apart the marks of values stand, if not as the chart thinks
 */
class LineChart extends Element {
  static properties = {
    series: { attribute: false },
    from: { type: Number },
    to: { type: Number },
    write: { attribute: false },
    step: { attribute: false },
    label: {},
  };

  render() {
    return html`<div class="chart"><canvas role="img" aria-label=${this.summary()}></canvas></div>`;
  }

  /** For whoever does not see it: what each line is now, and between which values it was. */
  summary() {
    const told = this.series
      .filter(({ points }) => points.length > 0)
      .map(({ label, points }) => {
        const values = points.map(({ value }) => value);
        return t("chart.summary", {
          label,
          now: this.write(values.at(-1)),
          least: this.write(Math.min(...values)),
          most: this.write(Math.max(...values)),
        });
      });
    return [this.label, ...told].join(". ");
  }

  updated() {
    const { data, options } = this.drawing();
    if (!this.chart) {
      this.chart = new Chart(this.querySelector("canvas"), { type: "line", data, options });
      return;
    }
    this.chart.data.datasets.length = data.datasets.length;
    data.datasets.forEach((dataset, n) => {
      this.chart.data.datasets[n] = Object.assign(this.chart.data.datasets[n] ?? {}, dataset);
    });
    this.chart.options = options;
    this.chart.update("none");
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.chart?.destroy();
    this.chart = null;
  }

  drawing() {
    const color = (token) => this.resolve(`--${token}`);
    const font = { family: getComputedStyle(this).fontFamily, size: 11 };
    const ticks = { color: color("text-muted"), font, maxRotation: 0, autoSkipPadding: 24 };
    const datasets = this.series.map(({ label, color: token, points, stacked = false, stepped = false, bare = false }, n) => ({
      label,
      stack: stacked ? "stacked" : label,
      stepped,
      order: stacked ? 0 : -n, // the area of one line does not hide the next line
      data: points.map(({ at, value }) => ({ x: new Date(at).getTime(), y: value })),
      borderColor: color(token),
      backgroundColor: color(`${token}-tint`),
      borderWidth: 1.5,
      pointRadius: 0,
      pointHitRadius: 12,
      fill: !bare && (stacked && n > 0 ? "-1" : "origin"),
      cubicInterpolationMode: "monotone", // a line never swings below what was
      clip: 2, // and one at nothing is as thick as others
    }));
    const highest = Math.max(1, ...this.series.flatMap(({ points }) => points.map(({ value }) => value)));
    const mark = isDays(this.from, this.to) ? day : (at) => clock(at, { seconds: isMoments(this.from, this.to) });
    const options = {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: {
          type: "linear",
          min: this.from,
          max: this.to,
          afterBuildTicks: (axis) => (axis.ticks = timeTicks(this.from, this.to, timesShown).map((value) => ({ value }))),
          grid: { display: false },
          border: { color: color("line") },
          ticks: { ...ticks, autoSkip: true, callback: mark },
        },
        y: {
          beginAtZero: true,
          stacked: this.series.some(({ stacked }) => stacked),
          suggestedMax: 1,
          grid: { color: color("line") },
          border: { display: false },
          ticks: { ...ticks, maxTicksLimit: 5, precision: 0, stepSize: this.step?.(highest), callback: (value) => this.write(value) },
        },
      },
      plugins: {
        tooltip: {
          backgroundColor: color("raised"),
          borderColor: color("line"),
          borderWidth: 1,
          titleColor: color("text"),
          bodyColor: color("text"),
          titleFont: font,
          bodyFont: font,
          callbacks: {
            title: ([item]) => absolute(item.parsed.x, { seconds: this.series[0].stepped ?? false }),
            label: (item) => `${item.dataset.label}: ${this.write(item.parsed.y)}`,
          },
        },
      },
    };
    return { data: { datasets }, options };
  }

  /** A token as the colour it stands for in the theme of now: a canvas knows no variables. */
  resolve(token) {
    this.style.color = `var(${token})`;
    const resolved = getComputedStyle(this).color;
    this.style.color = "";
    return resolved;
  }
}
customElements.define("line-chart", LineChart);
