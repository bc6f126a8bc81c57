// Asks the public API. What may be asked again without harm is asked again while the server is away or busy.
const ROOT = "/calendar";
const PATIENCE = [400, 800, 1_500, 3_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000]; // milliseconds between tries
const LONGEST_ANSWER = 30_000;

/** Says "waiting" with the reason, "connection" or "busy", while a request is being repeated, and "answered" after. */
export const connection = new EventTarget();

/** What the server refused, or that it could not be reached (status 0). */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.code ?? `status ${status}`);
    this.status = status;
    this.code = body.code;
    this.detail = body.detail;
    this.field = body.field;
    this.reasons = body.reasons ?? [];
  }
}

const waiting = new Set();

function note(request, reason) {
  if (reason) waiting.add(request);
  else waiting.delete(request);
  if (reason) connection.dispatchEvent(new CustomEvent("waiting", { detail: reason }));
  else if (waiting.size === 0) connection.dispatchEvent(new CustomEvent("answered"));
}

const pause = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  return new Problem(response.status, body);
}

/** One try: the answer, or how to wait for the next. */
async function once(path, options) {
  const limit = AbortSignal.timeout(LONGEST_ANSWER);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  let response;
  try {
    response = await fetch(ROOT + path, { credentials: "omit", ...options, signal });
    if (response.ok) return { answer: await response.json() };
  } catch (failure) {
    if (options.signal?.aborted) throw failure;
    return { reason: "connection", failure: new Problem(0, { code: "no-connection" }) };
  }
  const failure = await problem(response);
  if (![429, 502, 503, 504].includes(response.status)) throw failure;
  const seconds = Number(response.headers.get("Retry-After")) || 0;
  return { reason: response.status === 429 ? "busy" : "connection", failure, wait: Math.min(seconds, 10) * 1_000 };
}

async function persistently(path, options) {
  const request = Symbol(path);
  try {
    for (let tries = 0; ; tries++) {
      const { answer, reason, failure, wait = 0 } = await once(path, options);
      if (!reason) return answer;
      if (tries >= PATIENCE.length) throw failure;
      note(request, reason);
      // Not all at the same moment.
      await pause(Math.max(PATIENCE[tries], wait) * (1 + Math.random() / 4), options.signal);
    }
  } finally {
    note(request, null);
  }
}

const query = (parameters) => {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "" && value !== null);
  return given.length ? `?${new URLSearchParams(given)}` : "";
};

const part = encodeURIComponent;
const get = (path, parameters, signal) => persistently(path + query(parameters), { signal });

/** The key makes it safe to send it again: the server does it once. */
const post = (path, body, key) =>
  persistently(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

export const api = {
  searchSpaces: (question, signal) => get("/search/spaces", question, signal),
  spaces: (question, signal) => get("/spaces", question, signal),
  space: (code, signal) => get(`/spaces/${part(code)}`, {}, signal),
  plansOfSpace: (code, question, signal) => get(`/spaces/${part(code)}/plans`, question, signal),
  plan: (code, signal) => get(`/plans/${part(code)}`, {}, signal),
  availability: (code, question, signal) => get(`/plans/${part(code)}/availability`, question, signal),
  reservation: (token, signal) => get(`/reservations/${part(token)}`, {}, signal),
  hold: (wish, key) => post("/holds", wish, key),
  confirm: (token, key) => post(`/reservations/${part(token)}/confirm`, undefined, key),
  cancel: (token, key) => post(`/reservations/${part(token)}/cancel`, undefined, key),
  change: (token, wish, key) => post(`/reservations/${part(token)}/change`, wish, key),
  extend: (token, wish, key) => post(`/reservations/${part(token)}/extend`, wish, key),
};

/** A key for one act. Kept over a reload of the page until the act is done, so that it is never done twice. */
export function actKey(act) {
  const name = `ekiden-act ${act}`;
  const fresh = () => ({ key: newKey(), since: Date.now() });
  try {
    const kept = JSON.parse(sessionStorage.getItem(name) ?? "null");
    const usable = kept && Date.now() - kept.since < 5 * 60_000;
    const chosen = usable ? kept : fresh();
    sessionStorage.setItem(name, JSON.stringify(chosen));
    return { key: chosen.key, done: () => sessionStorage.removeItem(name) };
  } catch {
    return { key: newKey(), done: () => {} };
  }
}

// randomUUID exists only where the page came over TLS or from this machine.
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
