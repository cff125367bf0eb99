import { expect } from "chai";
import { deployedOf } from "../../components/systemHandlers.ts";
import { memberPolicyDocuments } from "../../src/auditors/policy.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { grantsOf } from "../../src/doctor/grants.ts";

describe("what the doctor is told of a deployment", () => {
  it("loads the same auditors again, with those of undeclared types and what they are allowed", async () => {
    const auditors = await loadAuditors(["iam", "messaging"], {
      cloudControlTypes: ["AWS::IoT::Policy"],
      cloudControlActions: ["iot:ListPolicies", "iot:GetPolicy"],
      configAggregator: { account: "999999999999", region: "eu-central-1", name: "all" },
      configAggregatorTypes: ["AWS::IoT::Thing"],
    });
    const told = JSON.parse(JSON.stringify(deployedOf(auditors)));
    const again = await loadAuditors(told.auditors, told.undeclared);
    expect(again.map(({ name }) => name)).to.deep.equal(auditors.map(({ name }) => name));
    const grants = [auditors, again].map((each) =>
      grantsOf(memberPolicyDocuments(each).map(({ document }) => JSON.stringify(document))),
    );
    expect(grants[0]).to.deep.equal(grants[1]);
    expect([...grants[1]!]).to.include("iot:GetPolicy");
  });
});
