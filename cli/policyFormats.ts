import type { PolicyDocument } from "../src/auditors/policy.ts";

type Named = readonly { name: string; document: PolicyDocument }[];

const camel = (name: string): string => name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
const pascal = (name: string): string => camel(`-${name}`);

/** The member policy in the language of the tool that makes the role. */
export const policyFormats = {
  json: (policies: Named) =>
    JSON.stringify(policies.length === 1 ? policies[0]!.document : policies.map(({ document }) => document), null, 2),
  /** Resources of a template, to stand beside a role with the logical id `Role`. */
  cloudformation: (policies: Named) =>
    JSON.stringify(
      {
        Resources: Object.fromEntries(
          policies.map(({ name, document }) => [
            pascal(name),
            { Type: "AWS::IAM::ManagedPolicy", Properties: { Roles: [{ Ref: "Role" }], PolicyDocument: document } },
          ]),
        ),
      },
      null,
      2,
    ),
  /** JSON syntax of Terraform and OpenTofu: save it as `member_policy.tf.json` beside `aws_iam_role.audit`. */
  terraform: (policies: Named) =>
    JSON.stringify(
      {
        resource: {
          aws_iam_policy: Object.fromEntries(
            policies.map(({ name, document }) => [
              name.replaceAll("-", "_"),
              { name: `audit-${name}`, policy: JSON.stringify(document) },
            ]),
          ),
          aws_iam_role_policy_attachment: Object.fromEntries(
            policies.map(({ name }) => [
              name.replaceAll("-", "_"),
              {
                role: `\${aws_iam_role.audit.name}`,
                policy_arn: `\${aws_iam_policy.${name.replaceAll("-", "_")}.arn}`,
              },
            ]),
          ),
        },
      },
      null,
      2,
    ),
  /** TypeScript for a Pulumi program that has the role as `role`. */
  pulumi: (policies: Named) =>
    [
      'import * as aws from "@pulumi/aws";',
      "",
      ...policies.flatMap(({ name, document }) => [
        `const ${camel(name)} = new aws.iam.Policy(${JSON.stringify(name)}, { policy: JSON.stringify(${JSON.stringify(document, null, 2)}) });`,
        `new aws.iam.RolePolicyAttachment(${JSON.stringify(name)}, { role: role.name, policyArn: ${camel(name)}.arn });`,
      ]),
    ].join("\n"),
} as const;
