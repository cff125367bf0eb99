import { readFileSync } from "node:fs";
import { coverage, folderSource, keysIn, Plan, readManifest, readOutcomes, verify } from "audit-ecosystem/evidence";

/** Verifies one run of a copy of the evidence, then says what it covered: `coverage.ts <folder> <key.pem> <date> <run>`. */
const [folder = "", key = "", date = "", run = ""] = process.argv.slice(2);
const source = folderSource(folder);

const { violations } = await verify({
  source,
  keys: keysIn(readFileSync(key, "utf8")),
  run: { run, date },
  violation: ({ key: object, problem }) => console.error(`${object}: ${problem}`),
  notice: ({ key: object, problem }) => console.error(`${object}: ${problem}`),
});
if (violations) process.exit(1);

const manifest = await readManifest(source, run, date);
if (!manifest) throw new Error(`${folder}: the run ${run} is not sealed`);
const bytes = await source.read(manifest.plan.key);
if (!bytes) throw new Error(`${folder}: the plan of run ${run} is not there`);
const plan = Plan.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
console.log(JSON.stringify(await coverage(readOutcomes(source, manifest), plan.auditors)));
