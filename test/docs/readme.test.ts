import { readFileSync } from "node:fs";
import { expect } from "chai";
import { loadServices } from "../../src/auditors/registry.ts";
import { FRAMEWORKS, loadControls } from "../../src/controls/control.ts";

describe("README.md", () => {
  const page = readFileSync("README.md", "utf8");
  /** The first number of a row of the table beside other tools: this project's own. */
  const own = (row: string) => Number(new RegExp(`^\\| ${row} +\\| \\**(\\d+)\\**`, "m").exec(page)?.[1]);

  it("counts services, checks and frameworks as they are", async () => {
    expect(own("AWS services")).to.equal((await loadServices()).length);
    expect(own("Checks")).to.equal((await loadControls()).length);
    expect(own("Frameworks")).to.equal(Object.keys(FRAMEWORKS).length);
  });
});
