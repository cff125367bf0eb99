import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type MemberTemplate, memberTemplate } from "../../components/memberTemplate.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";

const args: MemberTemplate = {
  auditAccountId: "999999999999",
  externalId: "external-id",
  auditors: await loadAuditors(["rds", "iam"]),
  roleName: "audit-cross-account-access-role",
  memberPolicy: "generated",
};
interface Granted {
  name: string;
  description: string;
  maxSessionDuration: number;
  trust: unknown;
  policies: unknown[];
  attached: string[];
  inline: unknown[];
}

/** What `MemberAccount` makes in a partition, under mocks. */
async function byComponent(partition: string, template: MemberTemplate): Promise<Granted> {
  const made: { type: string; inputs: Record<string, string> }[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, inputs, name }) => {
      made.push({ type, inputs });
      return { id: name, state: { ...inputs, arn: `arn:made:${name}` } };
    },
    call: () => ({ partition }),
  });
  const { MemberAccount } = await import("../../components/memberAccount.ts");
  const member = new MemberAccount("member", template);
  await new Promise((resolve) => member.roleArn.apply(resolve));
  await pulumi.runtime.disconnect();
  const of = (type: string) => made.filter((each) => each.type === type).map(({ inputs }) => inputs);
  const role = of("aws:iam/role:Role")[0]!;
  return {
    name: role.name!,
    description: role.description!,
    maxSessionDuration: Number(role.maxSessionDuration),
    trust: JSON.parse(role.assumeRolePolicy!),
    policies: of("aws:iam/policy:Policy").map(({ policy }) => JSON.parse(policy!)),
    attached: of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .map(({ policyArn }) => policyArn!)
      .filter((arn) => !arn.startsWith("arn:made:")),
    inline: of("aws:iam/rolePolicy:RolePolicy").map(({ name, policy }) => ({ name, document: JSON.parse(policy!) })),
  };
}

/** What CloudFormation makes of the template in a partition. */
function byTemplate(partition: string, template: MemberTemplate): Granted {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (!value || typeof value !== "object") return value;
    const { "Fn::Sub": text, Ref: id } = value as { "Fn::Sub"?: string; Ref?: string };
    // The role and the policies, by the names that the component gives them.
    if ("Fn::GetAtt" in value) return "arn:made:member";
    if (id?.startsWith("Metadata")) return `arn:made:member-${id.replace("Metadata", "metadata-")}`;
    if (text !== undefined) return text.replaceAll("$" + "{AWS::Partition}", partition);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each)]));
  };
  const resources = Object.values(memberTemplate(template).Resources).map(({ Type, Properties }) => ({
    Type,
    properties: resolve(Properties) as Record<string, never>,
  }));
  const [role] = resources.filter(({ Type }) => Type === "AWS::IAM::Role");
  return {
    name: role!.properties.RoleName!,
    description: role!.properties.Description!,
    maxSessionDuration: role!.properties.MaxSessionDuration!,
    trust: role!.properties.AssumeRolePolicyDocument,
    policies: resources
      .filter(({ Type }) => Type === "AWS::IAM::ManagedPolicy")
      .map(({ properties }) => properties.PolicyDocument),
    attached: role!.properties.ManagedPolicyArns ?? [],
    inline: resources
      .filter(({ Type }) => Type === "AWS::IAM::RolePolicy")
      .map(({ properties }) => ({ name: properties.PolicyName, document: properties.PolicyDocument })),
  };
}

describe("the template of a member account", () => {
  for (const [what, partition, over] of [
    ["the generated policy", "aws", {}],
    ["the generated policy in China", "aws-cn", {}],
    ["every auditor", "aws", { auditors: undefined }],
    ["an organization's id", "aws", { organizationId: "o-abcdefghij" }],
    ["AWS's own policy", "aws-us-gov", { memberPolicy: "SecurityAudit" }],
  ] as const) {
    it(`gives what MemberAccount gives, with ${what}`, async () => {
      const template = {
        ...args,
        ...over,
        auditors: "auditors" in over ? await loadAuditors() : args.auditors,
      } as MemberTemplate;
      expect(byTemplate(partition, template)).to.deep.equal(await byComponent(partition, template));
    });
  }

  it("fits CloudFormation's limit of 51,200 bytes", () => {
    expect(JSON.stringify(memberTemplate(args)).length).to.be.below(51_200);
  });
});
