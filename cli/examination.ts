import type { LambdaClient } from "@aws-sdk/client-lambda";
import { type Account, OrganizationsClient, paginateListAccounts } from "@aws-sdk/client-organizations";
import pLimit from "p-limit";
import * as z from "zod";
import { bundle, prepareBundles } from "../components/bundle.ts";
import { bucketPolicy } from "../components/evidenceBucket.ts";
import { AWS_POLICIES, SELF_POLICY, SYSTEM_PATH, selfPolicy, trustPolicy } from "../components/memberAccount.ts";
import { notifierName } from "../components/notifications.ts";
import { keyPolicy } from "../components/signingKey.ts";
import { systemHandlers } from "../components/systemHandlers.ts";
import { memberPolicyDocuments } from "../src/auditors/policy.ts";
import type { loadAuditors, UndeclaredTypes } from "../src/auditors/registry.ts";
import { loadControls } from "../src/controls/control.ts";
import { AccountFacts } from "../src/doctor/accountFacts.ts";
import type { Expected } from "../src/doctor/accountFindings.ts";
import type { ExpectedAudit } from "../src/doctor/auditFindings.ts";
import { askedTypes } from "../stacks/askedTypes.ts";
import { CliError } from "./cliError.ts";
import type { DeployedSystem } from "./deployedSystem.ts";
import { invoke } from "./invoke.ts";

/** Seconds of a session in a member account. */
const SESSION_SECONDS = 3600;
/** Accounts of one request: its answer stays far below Lambda's 6 MB. */
const ACCOUNTS_OF_A_REQUEST = 10;
const REQUESTS_AT_ONCE = 4;

const Examination = z.object({
  auditors: z.array(z.string()),
  undeclared: z.looseObject({}),
  accounts: z.array(AccountFacts),
  // Functions of before do not tell it.
  clock_offset_ms: z.number().optional(),
});
type Examination = z.infer<typeof Examination>;

async function examinationOf(
  lambda: LambdaClient,
  FunctionName: string,
  accounts: readonly string[],
): Promise<Examination> {
  const answer = await invoke(lambda, FunctionName, { accounts }).catch((error: Error) => {
    throw error instanceof CliError ? new CliError(`${FunctionName}: ${error.message}`) : error;
  });
  return Examination.parse(answer);
}

/** What is deployed, as the doctor's function tells it: what `loadAuditors` loads again. */
export async function deployedConfig(lambda: LambdaClient, { prefix }: DeployedSystem) {
  const { auditors, undeclared } = await examinationOf(lambda, `${prefix}-doctor`, []);
  return { auditors, undeclared: undeclared as UndeclaredTypes };
}

/** Has the doctor's function look at accounts, some at a time; in their order. With the function's clock, as AWS's answers show it. */
export async function examineAccounts(
  lambda: LambdaClient,
  { prefix }: DeployedSystem,
  accounts: readonly string[],
  progress: (done: number) => void,
): Promise<{ facts: AccountFacts[]; clockOffset: number }> {
  const limit = pLimit(REQUESTS_AT_ONCE);
  let done = 0;
  const parts = Array.from({ length: Math.ceil(accounts.length / ACCOUNTS_OF_A_REQUEST) }, (_, index) =>
    accounts.slice(index * ACCOUNTS_OF_A_REQUEST, (index + 1) * ACCOUNTS_OF_A_REQUEST),
  );
  const answers = parts.map((part) =>
    limit(async () => {
      const examined = await examinationOf(lambda, `${prefix}-doctor`, part);
      done += part.length;
      progress(done);
      return examined;
    }),
  );
  const examined = await Promise.all(answers);
  const offsets = examined.map(({ clock_offset_ms = 0 }) => clock_offset_ms);
  const clockOffset = offsets.reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0);
  return { facts: examined.flatMap(({ accounts }) => accounts), clockOffset };
}

/** States of the organization's accounts; undefined where these credentials may not ask. */
export async function accountStates(): Promise<Map<string, string> | undefined> {
  const states = new Map<string, string>();
  const take = ({ Id, State }: Account) => Id && State && states.set(Id, State);
  try {
    for await (const { Accounts = [] } of paginateListAccounts({ client: new OrganizationsClient({}) }, {}))
      Accounts.forEach(take);
    return states;
  } catch (error) {
    if (/^(AccessDenied|AWSOrganizationsNotInUse)/.test((error as Error).name)) return undefined;
    throw error;
  }
}

/** What the program at hand makes in a member account of a system. */
export function expectedOf(system: DeployedSystem, auditors: Awaited<ReturnType<typeof loadAuditors>>): Expected {
  const { partition, accountId, doctor, boss } = system;
  const [roleName, externalId] = [doctor.CROSS_ACCOUNT_ROLE_NAME, doctor.EXTERNAL_ID];
  return {
    roleName,
    auditAccountId: accountId,
    externalId,
    trust: trustPolicy({ partition, auditAccountId: accountId, externalId }),
    sessionSeconds: SESSION_SECONDS,
    documents: memberPolicyDocuments(auditors).map(({ document }) => document),
    selfPolicy: { name: SELF_POLICY, of: (role, policies) => selfPolicy(role, policies) },
    regions: boss.REGIONS,
    insteadOfGenerated: Object.values(AWS_POLICIES).map((path) => `arn:${partition}:iam::aws:${path}`),
  };
}

/** What the program at hand makes in the audit account of a system. Makes the bundles, which takes some seconds. */
export async function expectedAudit(
  { prefix, partition, accountId, functionsArn, boss, sealer }: DeployedSystem,
  auditors: Awaited<ReturnType<typeof loadAuditors>>,
): Promise<ExpectedAudit> {
  const {
    auditors: each,
    tabulator,
    ...handlers
  } = systemHandlers(auditors, await askedTypes(auditors), await loadControls());
  const all = {
    ...handlers,
    ...(sealer.TABULATOR_FUNCTION ? { tabulator } : {}),
    ...Object.fromEntries(auditors.map(({ name }, index) => [`get-meta-${name}`, each[index]!])),
  };
  prepareBundles(Object.values(all));
  const inAccount = `arn:${partition}:iam::${accountId}:role${SYSTEM_PATH}`;
  const signerArn = `${inAccount}${prefix}-sealer`;
  return {
    functions: new Map(Object.entries(all).map(([name, handler]) => [`${prefix}-${name}`, bundle(handler).sha256])),
    bucket: boss.EVIDENCE_BUCKET,
    bucketPolicy: bucketPolicy(`arn:${partition}:s3:::${boss.EVIDENCE_BUCKET}`, `${inAccount}*`),
    signingKey: sealer.SIGNING_KEY,
    keyPolicy: keyPolicy({ partition, accountId, signerArn }),
    bossArn: `${functionsArn}boss`,
    watchdogArn: `${functionsArn}watchdog`,
    signerArn,
    prefix,
    notifier: notifierName(prefix),
    region: functionsArn.split(":")[3]!,
  };
}
