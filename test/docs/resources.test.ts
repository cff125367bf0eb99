import { readFileSync } from "node:fs";
import { expect } from "chai";
import { compareRights, deskPage, deskRightsPage } from "../../scripts/deskRightsPage.ts";
import { resourcesPage } from "../../scripts/resourcesPage.ts";
import { loadServices } from "../../src/auditors/registry.ts";
import { documentedTypes } from "../../src/auditors/resourceTypes.ts";

describe("docs/resources.md", () => {
  it("says what the declarations say: npm run docs writes it", async () => {
    const services = await loadServices();
    const page = resourcesPage(services, documentedTypes(services));
    expect(readFileSync("docs/resources.md", "utf8") === page, "run npm run docs and commit the page").to.equal(true);
  });
});

describe("docs/desk-rights.md", () => {
  it("says what the declarations and AWS's policies say, and docs/desk.md sums it up: npm run docs writes both", async () => {
    const services = await loadServices();
    const compared = compareRights(services);
    const page = deskRightsPage(services, compared);
    expect(readFileSync("docs/desk-rights.md", "utf8") === page, "run npm run docs and commit the page").to.equal(true);
    const desk = readFileSync("docs/desk.md", "utf8");
    expect(deskPage(desk, services, compared) === desk, "run npm run docs and commit docs/desk.md").to.equal(true);
    for (const { name } of compared) expect(desk).to.include(`| ${name} `);
  });
});
