// The conversation of a contender written in JavaScript: the same as ContenderMain's.
import { createInterface } from "node:readline";

export const connectionString = process.env.EKIDEN_BENCH_POSTGRES;

export const secondsSince = (start) => Number(process.hrtime.bigint() - start) / 1e9;

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export async function serve(commands) {
  const lines = createInterface({ input: process.stdin });
  lines.once("close", () => process.exit(0)); // in the middle of a drain too: the bench was killed
  console.log("= ready");
  for await (const line of lines) {
    const [name, ...values] = line.split(" ");
    try {
      if (!commands[name]) throw new Error(`no such command: ${name}`);
      console.log(`= ${await commands[name](...values)}`);
    } catch (error) {
      console.error(error);
      console.log(`! ${error}`);
    }
  }
}
