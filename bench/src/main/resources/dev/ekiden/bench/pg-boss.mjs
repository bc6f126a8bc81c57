// pg-boss: two workers that fetch and complete a thousand jobs at a time, its fastest way.
import PgBoss from "pg-boss";
import pg from "pg";
import { connectionString, secondsSince, serve } from "./contender.mjs";

const QUEUE = "trivial";
const WORKERS = 2;
const BATCH = 1_000;
const INSERT_BATCH = 5_000;

const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
await boss.start();
await boss.createQueue(QUEUE);
const pool = new pg.Pool({ connectionString, max: 1 });
let finished = 0;

async function work() {
  for (;;) {
    const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
    if (jobs.length === 0) return;
    await boss.complete(QUEUE, jobs.map((job) => job.id));
  }
}

await serve({
  async preload(jobs) {
    for (let from = 0; from < jobs; from += INSERT_BATCH) {
      const size = Math.min(INSERT_BATCH, jobs - from);
      await boss.insert(Array.from({ length: size }, (_, i) => ({ name: QUEUE, data: { id: from + i } })));
    }
    return "done";
  },
  async drain(jobs) {
    const start = process.hrtime.bigint();
    await Promise.all(Array.from({ length: WORKERS }, work));
    const seconds = secondsSince(start);
    finished += Number(jobs);
    const { rows } = await pool.query("select count(*) from pgboss.job where state = 'completed'");
    if (Number(rows[0].count) !== finished) throw new Error(`${rows[0].count} of ${finished} completed`);
    return seconds;
  },
});
