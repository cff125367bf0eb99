import { readFileSync } from "node:fs";
import { coverage, folderSource, keysIn, readManifest, readOutcomes, verify } from "audit-ecosystem/evidence";

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
console.log(JSON.stringify(await coverage(readOutcomes(source, manifest))));
