import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { accessCases, caseAnswer } from "../../cli/accessCases.ts";
import { yamlIn } from "../../cli/yamlFile.ts";

const FOLDER = "test/policy/cases";

/** AWS's documented evaluation logic; each file names the pages. */
describe("access cases", () => {
  for (const file of readdirSync(FOLDER)) {
    const text = readFileSync(`${FOLDER}/${file}`, "utf8");
    describe(file, () => {
      for (const [at, each] of accessCases(yamlIn(text, file), file).entries())
        it(each.name ?? `case ${at + 1}`, () => {
          const { answer, ...why } = caseAnswer(each, at, file, new Date());
          expect(each.expect, "what is expected").to.be.a("string");
          expect(answer, JSON.stringify(why)).to.equal(each.expect);
        });
    });
  }
});
