import { readFileSync } from "node:fs";
import { expect } from "chai";
import { deskRightsPage } from "../../scripts/deskRightsPage.ts";
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
  it("says what the declarations and AWS's policies say: npm run docs writes it", async () => {
    const page = deskRightsPage(await loadServices());
    expect(readFileSync("docs/desk-rights.md", "utf8") === page, "run npm run docs and commit the page").to.equal(true);
  });
});
