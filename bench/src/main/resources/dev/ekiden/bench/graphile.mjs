// graphile-worker, with its local queue and batched completion ("tuned") or without ("plain").
import pg from "pg";
import { run, runMigrations, WorkerPreset } from "graphile-worker";
import { connectionString, secondsSince, serve, sleep } from "./contender.mjs";

const CONCURRENCY = 24;
const TUNED = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const worker = { connectionString, concurrentJobs: CONCURRENCY, maxPoolSize: 10 };
const preset = {
  extends: [WorkerPreset],
  worker: process.argv[2] === "plain" ? worker : { ...worker, ...TUNED },
};

const pool = new pg.Pool({ connectionString, max: 2 });
const probes = [];
let left = 0;
let ended = 0;
const taskList = {
  trivial: async () => {
    left--;
    ended++;
  },
  probe: async (payload) => {
    probes.push(`${payload.id}:${process.hrtime.bigint()}`);
  },
};

await runMigrations({ preset });

await serve({
  async preload(jobs) {
    for (let from = 1; from <= jobs; from += 10_000) {
      await pool.query(
        `select count(*) from graphile_worker.add_jobs(array(
           select json_populate_record(null::graphile_worker.job_spec,
             json_build_object('identifier', 'trivial', 'payload', json_build_object('id', i)))
           from generate_series($1::int, $2::int) i))`,
        [from, Math.min(jobs, from + 9_999)],
      );
    }
    return "done";
  },
  // It deletes what it has done.
  async drain(jobs) {
    left = Number(jobs);
    const start = process.hrtime.bigint();
    const runner = await run({ preset, taskList });
    while (left > 0) await sleep(1);
    const jobsLeft = "select exists (select from graphile_worker._private_jobs) as some";
    while ((await pool.query(jobsLeft)).rows[0].some) await sleep(5);
    const seconds = secondsSince(start);
    await runner.stop();
    return seconds;
  },
  async start() {
    await run({ preset, taskList });
    return "started";
  },
  ended: async () => ended,
  probes: async () => probes.join(" "),
});
