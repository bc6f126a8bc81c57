import { api, get, Problem } from "./api.js";

const shownAtOnce = 1_000;

// Colours and cursor moves that programs write for terminals.
const terminalCodes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007]*(?:\u0007|\u001b\\))/g;

/**
 * The lines of a job's log that meet a query, fetched in pages when they are wanted: of a long log only what somebody looked
 * at is ever here. Tells "change" when lines, counts or a failure came.
 */
export class LogLines extends EventTarget {
  /** How many lines meet the query, and how many there are; null until the server has said so. */
  matched = null;
  total = null;
  failure = null;

  #job;
  #query;
  #pageSize;
  #pages = new Map();
  #wanted = [0, 0];
  #sought = new Set();
  #grown = true;
  #busy = false;

  /** Pages of `pageSize` lines, 10,000 at most. */
  constructor(job, query = {}, pageSize = shownAtOnce) {
    super();
    this.#pageSize = pageSize;
    this.#job = job;
    this.#query = query;
  }

  /** The nth line, the oldest being 0; undefined while it is not here. */
  at(n) {
    return this.#pages.get(this.#pageOf(n))?.[n % this.#pageSize];
  }

  /** Sees to it that the lines from `first` to before `last` come; what was wanted before does not matter any more. */
  want(first, last) {
    this.#wanted = [first, last];
    this.#work();
  }

  /** The nth line as soon as it is here; undefined where it cannot be had. */
  async line(n) {
    this.#sought.add(n);
    this.#work();
    while (!this.at(n) && this.#busy) await new Promise((resolve) => this.addEventListener("change", resolve, { once: true }));
    this.#sought.delete(n);
    return this.at(n);
  }

  /** More lines may have been logged. */
  refresh() {
    this.#grown = true;
    this.failure = null;
    this.#work();
  }

  /** All lines, whether somebody looked at them or not. */
  async *all() {
    for (let n = 0; this.matched === null || n < this.matched; n++) {
      const line = await this.line(n);
      if (!line) return;
      yield line;
    }
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let page = this.#next(); page !== undefined; page = this.#next()) {
        await this.#fetch(page);
        this.dispatchEvent(new Event("change"));
      }
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      this.failure = failure;
    } finally {
      this.#busy = false;
    }
    if (this.failure) this.dispatchEvent(new Event("change"));
  }

  /** The page to fetch next: the one behind which the log grew, or one that is wanted and not here. */
  #next() {
    if (this.failure) return undefined; // until somebody refreshes
    if (this.#grown) {
      this.#grown = false;
      return this.#pageOf(this.matched ?? 0);
    }
    const [first, last] = this.#wanted;
    for (const n of this.#sought) {
      if (n < this.matched && !this.at(n)) return this.#pageOf(n);
    }
    for (let page = this.#pageOf(first); page * this.#pageSize < Math.min(last, this.matched); page++) {
      if (!this.#pages.has(page)) return page;
    }
    return undefined;
  }

  async #fetch(page) {
    const query = { ...this.#query, offset: page * this.#pageSize, limit: this.#pageSize };
    const { items, matched, total } = await get(api`/jobs/${this.#job}/logs`, { query });
    // Lines are only ever added behind, but for a log that was cut: then nothing is where it was.
    if (total < this.total) this.#pages.clear();
    this.#pages.set(page, items.map((line) => ({ ...line, text: line.text.replace(terminalCodes, "") })));
    this.matched = matched;
    this.total = total;
  }

  #pageOf(n) {
    return Math.floor(n / this.#pageSize);
  }
}
