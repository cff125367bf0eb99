import { readFileSync } from "node:fs";
import { expect } from "chai";
import { loadServices } from "../../auditors/registry.ts";
import { documentedTypes } from "../../auditors/resourceTypes.ts";
import { resourcesPage } from "../../scripts/resourcesPage.ts";

describe("docs/resources.md", () => {
  it("says what the declarations say: npm run docs writes it", async () => {
    const services = await loadServices();
    const page = resourcesPage(services, documentedTypes(services));
    expect(readFileSync("docs/resources.md", "utf8") === page, "run npm run docs and commit the page").to.equal(true);
  });
});
