/** Says which verdicts on the cases of a file are wrong: `npx tsx scripts/verdictCases.ts cases.yaml`. */
import { judge, readVerdictCases } from "../test/controls/verdictCases.ts";

let count = 0;
let wrong = 0;
for (const path of process.argv.slice(2))
  for (const each of await readVerdictCases(path))
    for (const { label, control, about, want, got, reason } of await judge(each)) {
      count += 1;
      if (want.includes(got)) continue;
      wrong += 1;
      console.log(
        `${label}: ${control} says ${got} of ${about}, right is ${want.join(" or ")}${reason ? ` (${reason})` : ""}`,
      );
    }
console.log(`${count} verdicts, ${wrong} wrong`);
process.exitCode = wrong ? 1 : 0;
