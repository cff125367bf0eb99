import { expect } from "chai";
import { nearest } from "../../src/auditors/nearest.ts";

const NAMES = ["rds", "iam", "s3", "secretsmanager", "eu-central-1"];

describe("the name that was probably meant", () => {
  for (const [written, meant] of [
    ["rsd", "rds"],
    ["RDS", "rds"],
    ["secretmanager", "secretsmanager"],
    ["eu-centrall-1", "eu-central-1"],
    ["kubernetes", undefined],
    ["", undefined],
  ] as const)
    it(`is ${meant ?? "none"} for "${written}"`, () => {
      expect(nearest(written, NAMES)).to.equal(meant);
    });
});
