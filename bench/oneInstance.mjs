// One instance of a function in this process: loads the bundle, runs the events one after the other, and prints what
// each took as a line of JSON. `oneInstance.mjs <file URL of the bundle>`, the events and the context on standard input.

import { readFileSync } from "node:fs";
import { json } from "node:stream/consumers";

const { events, context } = await json(process.stdin);
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const { handler } = await import(process.argv[2]);
// From the start of the process: what Lambda calls the initialization begins with that of Node.js.
const loaded = performance.now();
const ran = [];
for (const event of events) {
  const began = performance.now();
  const used = cpu();
  await handler(event, { ...context, getRemainingTimeInMillis: () => 900_000 });
  ran.push({ ms: performance.now() - began, cpuMs: cpu() - used });
}
// What resourceUsage() says begins with the memory of the process that started this one.
const peak = 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
process.stdout.write(`\n${JSON.stringify({ loadMs: loaded, peak, ran })}`);
process.exit();
