import { readFileSync } from "node:fs";
import * as sdk from "@aws-sdk/client-iam";
import { type Door, targetOf } from "../../sandbox/deploy/provider.ts";

/** The role that deploys in each account. */
export const DEPLOYER = "deployer";

/** Gives the role of an account the policies of files of `docs/deployer/`, each changed as an administrator would. */
export type MayDeploy = (account: string, files: readonly string[], edit?: (text: string) => string) => Promise<void>;

let policies = 0;

/** Makes the role that deploys, or takes its policies away, and attaches those of the files: it may nothing else. */
export async function letDeploy(door: Door, ...[account, files, edit = (text) => text]: Parameters<MayDeploy>) {
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
  for (const file of files) {
    const text = JSON.stringify(JSON.parse(edit(readFileSync(`docs/deployer/${file}.json`, "utf8"))));
    const made = { PolicyName: `deployer-${file}-${++policies}`, PolicyDocument: text };
    const { Policy } = await iam.send(new sdk.CreatePolicyCommand(made));
    await iam.send(new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn: Policy!.Arn }));
  }
}
