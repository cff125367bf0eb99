import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { type Line, median, type Row } from "../row.ts";

const run = promisify(execFile);
/** Processes of which the median counts. */
const RUNS = 10;
const Measured = z.object({ first: z.number(), later: z.number(), calls: z.number() });
/** One with a service, and one with several, whose clients make few calls each. */
const AUDITORS = ["rds", "delivery"];

const TASK = fileURLToPath(new URL("../emptyTask.ts", import.meta.url));
const PLAIN_CLIENTS = new URL("../plainClients.mjs", import.meta.url).href;

/** The processor of a call, measured in as many processes. @param clients with which configurations clients are made */
async function measure(auditor: string, clients: "cached" | "plain", runs: number) {
  const loaded = clients === "plain" ? [`--import=${PLAIN_CLIENTS}`] : [];
  const each: z.infer<typeof Measured>[] = [];
  for (let n = 0; n < runs; n++) {
    const { stdout } = await run(process.execPath, ["--no-warnings", "--import=tsx", ...loaded, TASK, auditor]);
    each.push(Measured.parse(JSON.parse(stdout)));
  }
  const of = (task: "first" | "later") => median(each.map((measured) => measured[task])).toFixed(2);
  return {
    measured: `${of("first")} and ${of("later")} ms`,
    from: `the median of ${runs} processes, Node.js ${process.versions.node}; ${each[0]!.calls} calls a task, engine and evidence included, AWS's part not`,
  };
}

/** What a call takes of the processor of the function that makes it. */
export const row: Row = {
  name: "call",
  title: "the processor of a call: auditors in 17 regions that are empty, over HTTP",
  measure: async () => {
    const rows: Line[] = [];
    for (const auditor of AUDITORS) {
      const what = `processor of a call of \`${auditor}\`, in the first task of an instance and in later ones`;
      rows.push({ what, ...(await measure(auditor, "cached", RUNS)) });
      const plain = `the same with clients as the SDK makes them, without cached configurations`;
      rows.push({ what: plain, ...(await measure(auditor, "plain", RUNS)) });
    }
    return rows;
  },
};
