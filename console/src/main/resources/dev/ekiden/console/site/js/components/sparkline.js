import { html, svg } from "lit";

const width = 120;
const height = 24;
const edge = 1.5;

/** A line as small as a word, from nothing to the highest value; beside it stands the number that matters. */
export function sparkline(points, color) {
  if (points.length < 2) return html`<span class="muted">–</span>`;
  const most = Math.max(1, ...points.map(({ value }) => value));
  const [start, end] = [points[0].at, points.at(-1).at];
  const places = points.map(({ at, value }) => {
    const x = (width * (at - start)) / (end - start);
    const y = edge + (height - 2 * edge) * (1 - value / most);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return html`<svg class="spark ${color}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<polygon points="0,${height} ${places.join(" ")} ${width},${height}"></polygon><polyline points=${places.join(" ")}></polyline>`}
  </svg>`;
}
