import { readFileSync } from "node:fs";
import * as sdk from "@aws-sdk/client-iam";
import { type Door, targetOf } from "../../sandbox/deploy/provider.ts";

/** The role that deploys in each account. */
export const DEPLOYER = "deployer";

/** A file of `docs/deployer/`. */
export const documented = (name: string): string => readFileSync(`docs/deployer/${name}.json`, "utf8");

/** A file of `docs/deployer/` edited for other names, as README says. */
export const edited = (name: string, { prefix, bucket }: { prefix: string; bucket: string }): string =>
  documented(name)
    .replaceAll(/(function:|\/aws\/lambda\/|schedule\/default\/|:sqs:\*:\*:|rule\/|budget\/)audit-/g, `$1${prefix}-`)
    .replaceAll(/(workgroup|database|table|userDefinedFunction|analysis|dataset|datasource)\/audit/g, `$1/${prefix}`)
    .replaceAll("parameter/audit-ecosystem/", `parameter/${prefix}/`)
    .replaceAll('"Resource": "arn:aws:s3:::audit-*"', `"Resource": ["arn:aws:s3:::audit-*", "arn:aws:s3:::${bucket}"]`);

/** Gives the role that deploys in an account these policies, in place of those that it had. */
export type MayDeploy = (account: string, policies: readonly string[]) => Promise<void>;

let policies = 0;

/** Makes the role that deploys, or takes its policies away, and attaches these: it may nothing else. */
export async function letDeploy(door: Door, ...[account, documents]: Parameters<MayDeploy>) {
  const iam = targetOf(door, account, "us-east-1").client(sdk.IAMClient);
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: `arn:aws:iam::${account}:root` } };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  const RoleName = DEPLOYER;
  const standing = await iam.send(new sdk.ListRolesCommand({}));
  if (!standing.Roles?.some((role) => role.RoleName === RoleName))
    await iam.send(new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const { AttachedPolicies = [] } = await iam.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of AttachedPolicies)
    await iam.send(new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn }));
  for (const document of documents) {
    const made = { PolicyName: `deployer-${++policies}`, PolicyDocument: JSON.stringify(JSON.parse(document)) };
    const { Policy } = await iam.send(new sdk.CreatePolicyCommand(made));
    await iam.send(new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn: Policy!.Arn }));
  }
}
