import { readFileSync } from "node:fs";
import { expect } from "chai";
import { controlsPage } from "../../scripts/controlsPage.ts";
import { loadControls } from "../../src/controls/control.ts";

describe("docs/controls.md", () => {
  it("lists the controls that there are: npm run docs writes it", async () => {
    const page = readFileSync("docs/controls.md", "utf8");
    expect(controlsPage(page, await loadControls()) === page, "run npm run docs and commit the page").to.equal(true);
  });
});
