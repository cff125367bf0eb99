import { readFileSync } from "node:fs";
import { expect } from "chai";
import { evidenceSchemas } from "../../scripts/evidenceSchemas.ts";

describe("the published schemas of the evidence", () => {
  for (const [name, text] of evidenceSchemas())
    it(`${name} is current: npm run docs writes it`, () => {
      expect(readFileSync(`docs/evidence/${name}`, "utf8")).to.equal(text);
    });
});
