import { expect } from "chai";
import { hiddenRateRun } from "../../simulation/hiddenRate.ts";

describe("regions that refuse calls by a rate that AWS does not document", () => {
  it("are read beside each other: four take about as long as one", async () => {
    const given = { rate: { size: 20, refill: 10 }, groups: 100, workload: 2 };
    const one = await hiddenRateRun({ ...given, regions: ["eu-central-1"] });
    const four = await hiddenRateRun({ ...given, regions: ["eu-central-1", "eu-west-1", "eu-west-2", "us-east-1"] });
    expect([...one.violations, ...four.violations]).to.deep.equal([]);
    expect(one.run.refused, "calls are refused at all").to.be.greaterThan(0);
    expect(four.took / one.took).to.be.lessThan(1.3);
  });
});
