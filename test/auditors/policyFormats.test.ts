import { expect } from "chai";
import { policyFormats } from "../../cli/policyFormats.ts";
import { memberPolicyDocuments } from "../../src/auditors/policy.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";

describe("the member policy's formats", () => {
  const policies = async () => memberPolicyDocuments(await loadAuditors(["rds", "iam", "s3"]));
  const formats: [keyof typeof policyFormats, (text: string) => unknown[]][] = [
    ["json", (text) => [JSON.parse(text)].flat()],
    [
      "cloudformation",
      (text) =>
        Object.values(JSON.parse(text).Resources as Record<string, { Properties: { PolicyDocument: unknown } }>).map(
          ({ Properties }) => Properties.PolicyDocument,
        ),
    ],
    [
      "terraform",
      (text) =>
        Object.values(JSON.parse(text).resource.aws_iam_policy as Record<string, { policy: string }>).map(
          ({ policy }) => JSON.parse(policy),
        ),
    ],
    [
      "pulumi",
      (text) => [...text.matchAll(/JSON\.stringify\((\{[\s\S]*?\n\})\)/g)].map(([, document]) => JSON.parse(document!)),
    ],
  ];
  for (const [format, documentsIn] of formats)
    it(`${format} holds the same documents as the generated policy`, async () => {
      const expected = (await policies()).map(({ document }) => document);
      expect(documentsIn(policyFormats[format](await policies()))).to.deep.equal(expected);
    });

  it("attach every policy to the role, for the tools that make roles", async () => {
    const count = (await policies()).length;
    const terraform = JSON.parse(policyFormats.terraform(await policies()));
    expect(Object.keys(terraform.resource.aws_iam_role_policy_attachment)).to.have.length(count);
    expect(policyFormats.pulumi(await policies()).match(/new aws.iam.RolePolicyAttachment/g)).to.have.length(count);
  });
});
