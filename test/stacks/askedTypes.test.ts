import { expect } from "chai";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { loadControls } from "../../src/controls/control.ts";
import { resourceTypeName } from "../../src/evidence/layout.ts";
import { askedTypes } from "../../stacks/askedTypes.ts";

describe("tables that are there before they have rows", () => {
  it("are all that a control asks, those that it needs not included", async () => {
    const asked = new Set((await askedTypes(await loadAuditors())).map(resourceTypeName));
    const controls = await loadControls();
    const missing = controls.flatMap(({ id, sql }) =>
      [...sql.toLowerCase().matchAll(/\blatest_(aws_[a-z0-9_]+)/g)]
        .filter(([, table]) => !asked.has(table!))
        .map(([, table]) => `${id} asks ${table}`),
    );
    expect(missing).to.deep.equal([]);
    expect(asked).to.include("aws_organizations_delegatedadministrator");
  });
});
