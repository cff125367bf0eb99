import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { judge, readVerdictCases } from "./verdictCases.ts";

const FOLDER = join(import.meta.dirname, "cases");

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"))) {
  const cases = await readVerdictCases(join(FOLDER, file));
  describe(`verdicts on ${file.replace(".yaml", "")}`, function () {
    this.timeout(60_000);
    for (const each of cases)
      it(`${each.label}${each.why ? `: ${each.why}` : ""}`, async () => {
        const judged = await judge(each);
        expect(judged, "a case asks for something").not.to.be.empty;
        for (const { control, about, want, got, reason } of judged)
          expect(want, `${control} says ${got} of ${about}${reason ? ` (${reason})` : ""}`).to.include(got);
      });
  });
}
