import { html } from "lit";
import "./line-chart.js";

/** A chart with its title and what its colours mean. */
export function figure(title, { from, to, write, step, series }) {
  return html`<figure class="card">
    <header>
      <figcaption><h3>${title}</h3></figcaption>
      <ul class="lines-legend small muted">
        ${series.map(({ label, color }) => html`<li><svg class="swatch ${color}" aria-hidden="true"><rect width="100%" height="100%"></rect></svg>${label}</li>`)}
      </ul>
    </header>
    <div class="content"><line-chart .label=${title} .series=${series} .from=${from} .to=${to} .write=${write} .step=${step}></line-chart></div>
  </figure>`;
}
