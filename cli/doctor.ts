import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import pLimit from "p-limit";
import type { AccountListError } from "../src/accounts/accounts.ts";
import { loadAuditors } from "../src/auditors/registry.ts";
import { offeredRegions } from "../src/collect/facts/offeredRegions.ts";
import { FACTS } from "../src/controls/facts/facts.ts";
import { type AccountFacts, isRefusal, roleFacts } from "../src/doctor/accountFacts.ts";
import { accountFindings } from "../src/doctor/accountFindings.ts";
import { auditFindings } from "../src/doctor/auditFindings.ts";
import { clockFinding } from "../src/doctor/clockFinding.ts";
import { factFindings } from "../src/doctor/factFindings.ts";
import { type Finding, note, ok, problem } from "../src/doctor/finding.ts";
import { evidenceS3 } from "../src/runtime/clients.ts";
import { assumeRole } from "./assumeRole.ts";
import { CliError } from "./cliError.ts";
import { accountsOf, type DeployedSystem, deployedSystem } from "./deployedSystem.ts";
import { accountStates, deployedConfig, examineAccounts, expectedAudit, expectedOf } from "./examination.ts";
import type { ProgressLine } from "./progress.ts";

/** What was found of the audit account, or of a member. */
export interface Subject {
  account_id: string;
  part: "audit" | "member";
  findings: Finding[];
}

interface DoctorRequest {
  /** First part of the functions' names. */
  prefix: string;
  /** Member accounts; every one when left out. */
  accounts?: string[] | undefined;
  /** A role of each member account that the operator may assume. */
  through?: string | undefined;
}

/** Accounts looked at from inside at the same time. */
const INSIDE_AT_ONCE = 8;

/**
 * Looks at a deployed system and its member accounts, and judges them by the program at hand. The audit account first.
 * @throws CliError when there is no such system, or an account is named that is not of it
 */
export async function examine(request: DoctorRequest, line: ProgressLine): Promise<Subject[]> {
  const lambda = new LambdaClient({});
  line("examining the audit account");
  const system = await deployedSystem(lambda, request.prefix);
  const list = await accountList(system);
  const members = chosen(request.accounts, list.accounts);
  const deployed = await deployedConfig(lambda, system);
  const auditors = await loadAuditors(deployed.auditors, deployed.undeclared);
  const [{ facts, clockOffset }, states] = await Promise.all([
    examineAccounts(lambda, system, members, (done) => line("examining member accounts", done, members.length)),
    accountStates(),
  ]);
  const expected = expectedOf(system, auditors);
  const inside = request.through
    ? await fromInside(system, request.through, facts, expected.roleName)
    : new Map<string, AccountFacts["role"]>();
  line("examining the audit account");
  const clients = {
    lambda,
    s3: evidenceS3(),
    kms: new KMSClient({}),
    scheduler: new SchedulerClient({}),
    cloudTrail: new CloudTrailClient({}),
    sns: new SNSClient({}),
    events: new EventBridgeClient({}),
    securityHub: new SecurityHubClient({}),
    ssm: new SSMClient({}),
    sqs: new SQSClient({}),
  };
  const findings = [
    list.finding,
    ...(states ? [] : [note("organization", "these credentials may not ask which accounts are suspended")]),
    ...(await auditFindings(clients, await expectedAudit(system, auditors), Date.now())),
    ...factFindings([...FACTS, offeredRegions], new Date()),
    clockFinding("this machine", lambda.config.systemClockOffset),
    clockFinding("the functions", clockOffset),
  ];
  return [
    { account_id: system.accountId, part: "audit", findings },
    ...facts.map((each): Subject => {
      const elsewhere = { state: states?.get(each.account_id), inside: inside.get(each.account_id) };
      return { account_id: each.account_id, part: "member", findings: accountFindings(each, expected, elsewhere) };
    }),
  ];
}

async function accountList(system: DeployedSystem): Promise<{ accounts: string[]; finding: Finding }> {
  try {
    const { accounts, excluded } = await accountsOf(system);
    const summary = `${accounts.length} in the list${excluded.length ? `, ${excluded.length} left out` : ""}`;
    return { accounts, finding: ok("accounts", summary) };
  } catch (error) {
    if ((error as Error).name !== "AccountListError") throw error;
    const { problem: what, remedy } = error as AccountListError;
    return { accounts: [], finding: problem("accounts", what, remedy) };
  }
}

function chosen(named: readonly string[] | undefined, listed: readonly string[]): readonly string[] {
  if (!named) return listed;
  const strangers = named.filter((id) => listed.length && !listed.includes(id));
  if (strangers.length)
    throw new CliError(`--accounts: ${strangers.join(", ")} not among the ${listed.length} that are audited`);
  return named;
}

/** Roles that could not be read by themselves, as an administrator of their accounts sees them. */
async function fromInside(
  { partition }: DeployedSystem,
  through: string,
  facts: readonly AccountFacts[],
  roleName: string,
): Promise<Map<string, AccountFacts["role"]>> {
  const limit = pLimit(INSIDE_AT_ONCE);
  const closed = facts.filter(({ role }) => !role || isRefusal(role));
  const looks = closed.map(({ account_id }) =>
    limit(async (): Promise<[string, AccountFacts["role"]]> => {
      try {
        const credentials = await assumeRole(partition, account_id, through);
        return [account_id, await roleFacts(new IAMClient({ credentials }), roleName)];
      } catch (error) {
        const { name, message } = error as Error;
        return [account_id, { code: name, message: `through ${through}: ${message}` }];
      }
    }),
  );
  return new Map(await Promise.all(looks));
}
