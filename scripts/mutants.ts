import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";

/**
 * `npm run mutants [-- <word>]`: makes each one-line change of `test/mutants.yaml`, one at a time, and says which of
 * them the named test file does not notice. Works in the checkout: it puts back what it changed, also after Ctrl-C.
 */
const Mutants = z.array(
  z.strictObject({
    /** What would be wrong. */
    breaks: z.string().min(1),
    file: z.string().min(1),
    /** Text of the file, which stands there once. */
    from: z.string().min(1),
    to: z.string(),
    /** The test file that must fail. */
    test: z.string().min(1),
  }),
);

const filter = process.argv[2] ?? "";
const mutants = Mutants.parse(parse(readFileSync("test/mutants.yaml", "utf8"))).filter(
  ({ breaks, file }) => breaks.includes(filter) || file.includes(filter),
);
let restore = () => {};
process.on("SIGINT", () => {
  restore();
  process.exit(130);
});

let unnoticed = 0;
for (const { breaks, file, from, to, test } of mutants) {
  const text = readFileSync(file, "utf8");
  const times = text.split(from).length - 1;
  if (times !== 1) throw new Error(`test/mutants.yaml: ${JSON.stringify(from)} stands ${times} times in ${file}`);
  restore = () => writeFileSync(file, text);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
  const { status } = spawnSync("npx", ["mocha", "--no-parallel", "--bail", test], { stdio: "ignore" });
  restore();
  if (!status) unnoticed += 1;
  console.log(`${status ? "noticed  " : "UNNOTICED"}  ${breaks} (${file}, by ${test})`);
}
console.log(`${mutants.length} changes, ${unnoticed} that no test noticed`);
if (unnoticed || !mutants.length) process.exitCode = 1;
