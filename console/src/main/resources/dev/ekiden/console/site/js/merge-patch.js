/**
 * The JSON merge patch (RFC 7396) that makes `after` of `before`; undefined when they are the same.
 *
 * @throws Error where no patch can: a patch has no way to set a member to null
 */
export function mergePatch(before, after) {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  if (!isObject(after) || !isObject(before)) {
    requireNoNulls(after);
    return after;
  }
  const patch = {};
  for (const name of Object.keys(before)) {
    if (!(name in after)) patch[name] = null;
  }
  for (const [name, value] of Object.entries(after)) {
    const change = value === null && before[name] === null ? undefined : changeOf(before[name], value, name);
    if (change !== undefined) patch[name] = change;
  }
  return patch;
}

function changeOf(before, value, name) {
  if (value === null) throw new Error(name);
  return mergePatch(before, value);
}

/** Within an object that is new as a whole nulls would be taken for removals. */
function requireNoNulls(value) {
  if (!isObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (member === null) throw new Error(name);
    requireNoNulls(member);
  }
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
