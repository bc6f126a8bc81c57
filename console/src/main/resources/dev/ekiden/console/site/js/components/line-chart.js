import { Chart, Filler, LineController, LineElement, LinearScale, PointElement, Tooltip } from "chart.js";
import { html } from "lit";
import { Element } from "../element.js";
import { t } from "../i18n.js";
import { clock } from "../time.js";

Chart.register(Filler, LineController, LineElement, LinearScale, PointElement, Tooltip);

/**
 * Values over time, in the colours of the theme.
 *
 * - `series`: `{ label, color, points: [{ at, value }] }`; `color` names a token such as "running"
 * - `write(value)`: a value as text
 */
class LineChart extends Element {
  static properties = { series: { attribute: false }, write: { attribute: false }, label: {} };

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
    const datasets = this.series.map(({ label, color: token, points }) => ({
      label,
      data: points.map(({ at, value }) => ({ x: new Date(at).getTime(), y: value })),
      borderColor: color(token),
      backgroundColor: color(`${token}-tint`),
      borderWidth: 1.5,
      pointRadius: 0,
      pointHitRadius: 12,
      fill: true,
      tension: 0.2,
    }));
    const options = {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: {
          type: "linear",
          bounds: "data",
          grid: { display: false },
          border: { color: color("line") },
          ticks: { ...ticks, maxTicksLimit: 6, callback: (value) => clock(value, { seconds: false }) },
        },
        y: {
          beginAtZero: true,
          suggestedMax: 1,
          grid: { color: color("line") },
          border: { display: false },
          ticks: { ...ticks, maxTicksLimit: 5, callback: (value) => this.write(value) },
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
            title: ([item]) => clock(item.parsed.x),
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
