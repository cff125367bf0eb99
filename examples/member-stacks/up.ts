// One Pulumi stack for each member account by the Automation API, for a pipeline of your own.
// What `itaudit members up --all` does, in its simplest form: an inline program, no file for each stack.
//   EXTERNAL_ID="$(pulumi stack output externalId --stack audit)" node --import=tsx examples/member-stacks/up.ts 111111111111 222222222222
import { pathToFileURL } from "node:url";
import * as aws from "@pulumi/aws";
import { automation } from "@pulumi/pulumi";
import { MemberAccount } from "../../components/memberAccount.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";

const AUDIT_ACCOUNT = process.env.AUDIT_ACCOUNT ?? "999999999999";
/** What the credentials of the audit account may assume in each account. */
const ADMINISTRATOR = "OrganizationAccountAccessRole";

/** The program of a member account's stack: the cross-account role, made with a session of the account. */
export const memberProgram = (account: string, externalId: string) => async () => {
  const provider = new aws.Provider("member", {
    region: "eu-central-1",
    assumeRoles: [{ roleArn: `arn:aws:iam::${account}:role/${ADMINISTRATOR}`, sessionName: "audit-rollout" }],
    // A mistyped role must not land in another account.
    allowedAccountIds: [account],
  });
  const member = new MemberAccount(
    "member",
    { auditAccountId: AUDIT_ACCOUNT, externalId, auditors: await loadAuditors(["rds", "iam", "s3"]) },
    { providers: { aws: provider } },
  );
  return { roleArn: member.roleArn };
};

async function upAll(accounts: readonly string[], externalId: string): Promise<void> {
  for (const account of accounts) {
    const stack = await automation.LocalWorkspace.createOrSelectStack({
      projectName: "audit-members",
      stackName: `member-${account}`,
      program: memberProgram(account, externalId),
    });
    const { summary } = await stack.up({ onOutput: (text) => process.stdout.write(text) });
    process.stdout.write(`${account}: ${summary.result} ${JSON.stringify(summary.resourceChanges)}\n`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { EXTERNAL_ID } = process.env;
  if (!EXTERNAL_ID) throw new Error("EXTERNAL_ID is the audit stack's output externalId");
  await upAll(process.argv.slice(2), EXTERNAL_ID);
}
