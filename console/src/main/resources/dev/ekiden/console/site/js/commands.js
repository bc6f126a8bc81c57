// What a person would type for what a button does.

/** A command line of ours: cli("jobs", "retry", "17", { rate: "10/s" }). */
export function cli(...words) {
  const options = typeof words.at(-1) === "object" ? words.pop() : {};
  const flags = Object.entries(options)
    .filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false)
    .map(([name, value]) => (value === true ? `--${name}` : `--${name} ${quoted(value)}`));
  return ["./ekiden", ...words.map(quoted), ...flags].join(" ");
}

/** The request for curl; the token is read where the server keeps it. */
export function curl(method, path, body) {
  const lines = [`curl -X ${method} ${quoted(location.origin + path)}`, `-H "Authorization: Bearer $(cat .ekiden/token)"`];
  if (method !== "GET" && method !== "DELETE") lines.push("-H 'Content-Type: application/json'");
  if (body !== undefined) lines.push(`-d ${quoted(JSON.stringify(body))}`);
  return lines.join(" \\\n  ");
}

function quoted(value) {
  const text = String(value);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";
}

export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without a secure origin there is only the old way.
  const area = document.createElement("textarea");
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
