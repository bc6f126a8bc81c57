// The control API, as the command line uses it. What goes wrong becomes a Problem.

/** An answer that is not the one asked for: the server's own words, or that it cannot be reached. */
export class Problem extends Error {
  constructor({ status = 0, code = "unreachable", detail = "", field, errorId } = {}) {
    super(detail || code);
    Object.assign(this, { status, code, detail, field, errorId });
  }

  /** Whether trying the same again may help. */
  get passing() {
    return this.status === 0 || this.status === 503 || this.status === 429;
  }
}

/** Told when the server no longer knows this browser. */
export const signedOut = new EventTarget();

export function get(path, { query, signal } = {}) {
  return ask("GET", path + search(query), undefined, signal);
}

export function post(path, body = {}, { query } = {}) {
  return ask("POST", path + search(query), body);
}

export function put(path, body) {
  return ask("PUT", path, body);
}

export function remove(path) {
  return ask("DELETE", path);
}

/** A path of the API: api`/jobs/${id}` encodes what it is given. */
export function api(parts, ...values) {
  return "/api/v1" + parts.reduce((path, part, n) => path + encodeURIComponent(values[n - 1]) + part);
}

/** "?a=b" from an object; what is empty is left out. */
export function search(query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, value);
  }
  const text = parameters.toString();
  return text && "?" + text;
}

async function ask(method, path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new Problem();
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await problemOf(response);
  if (problem.status === 401) signedOut.dispatchEvent(new Event("signed-out"));
  throw problem;
}

async function problemOf(response) {
  try {
    return new Problem({ ...(await response.json()), status: response.status });
  } catch {
    return new Problem({ status: response.status, code: "status-" + response.status });
  }
}
