import { createHash, createPublicKey } from "node:crypto";
import type { CreateKeyResponse, GetPublicKeyResponse } from "@aws-sdk/client-kms";
import { SYSTEM_PATH, trustPolicy } from "../components/memberAccount.ts";
import {
  auditorPermissions,
  bossPermissions,
  recorderPermissions,
  sealerPermissions,
  watchdogPermissions,
} from "../components/permissions.ts";
import { AUDIT_ACCOUNT } from "../sandbox/estate/organization.ts";
import { populate } from "../sandbox/estate/populate.ts";
import { isOpen } from "../sandbox/estate/regions.ts";
import type { Call } from "../sandbox/service.ts";
import { kms } from "../sandbox/services/kms.ts";
import { newSession } from "../sandbox/services/sts.ts";
import type { SandboxState, StoredFunction } from "../sandbox/state.ts";
import { type Auditor, type Service, typesOf } from "../src/auditors/collector.ts";
import { memberPolicyDocuments } from "../src/auditors/policy.ts";
import { ec2 } from "../src/auditors/services/ec2.ts";
import { ecs } from "../src/auditors/services/ecs.ts";
import { iam } from "../src/auditors/services/iam.ts";
import { rds } from "../src/auditors/services/rds.ts";
import { DURATIONS_KEY } from "../src/evidence/layout.ts";
import { type Holdings, holdingsOf } from "./estate.ts";
import { hintOf } from "./hints.ts";
import type { Script } from "./script.ts";

export const BUCKET = "evidence";
export const HOME = "us-east-1";
/** Minutes within which a run is to be sealed, where a script says nothing else. */
export const DEADLINE_MINUTES = 120;
const ROLE = "audit-cross-account-access-role";
const EXTERNAL_ID = "simulated-external-id";

/** The auditors of a simulated run: a type with tags in its listing, one with a call for them, and one with details. */
export const simulatedAuditors: Record<string, Auditor> = {
  rds: auditorOf(rds, ["AWS::RDS::DBInstance", "AWS::RDS::DBSubnetGroup"]),
  iam: auditorOf(iam, ["AWS::IAM::User"]),
  ec2: auditorOf(ec2, ["AWS::EC2::Volume", "AWS::EC2::Snapshot"]),
};

/** Those, one with a call for each of very many, and one that lists below what it has listed: deployed only in a run that asks for them. */
export const everyAuditor: Record<string, Auditor> = {
  ...simulatedAuditors,
  ecs: auditorOf(ecs, ["AWS::ECS::TaskDefinition"]),
  clusters: { ...auditorOf(ecs, ["AWS::ECS::Cluster", "AWS::ECS::Service"]), name: "clusters" },
};

/** The auditors that are deployed for a run, by name. */
const deployedFor = ({ auditors }: Script): Record<string, Auditor> =>
  Object.fromEntries(
    Object.entries(everyAuditor).filter(([name]) => name in simulatedAuditors || auditors.includes(name)),
  );

function auditorOf(service: Service, types: string[]): Auditor {
  const collectors = service.collectors.filter(({ type }) => types.includes(type));
  return { name: service.name, services: [{ ...service, collectors }] };
}

/** A deployed system and its member accounts before a run, as the Pulumi program would leave them. */
export interface World {
  state: SandboxState;
  holdings: Map<string, Holdings>;
  /** Environment of each function, by name. */
  environments: Map<string, Record<string, string>>;
  /** Access key of each function's role. */
  keys: Map<string, string>;
  open: (account: string, region: string) => boolean;
  /** The keys that manifests are verified with, PEM: what the stack's outputs would be, one after the other. */
  publicKey: () => string;
  /** Has the sealer sign with another key from now on, as a deployment would. */
  changeKey: () => void;
  /** Gives every function the code, and the settings, of another version; what runs keeps what it began with. */
  deploy: (bundleSha256: string) => void;
  /** Adds an account of the script's to the list, with its role. */
  join: (account: string) => void;
  /** When accounts were added to the list. */
  joined: ReadonlyMap<string, number>;
  /** Takes the role out of an account. */
  leave: (account: string) => void;
  /** Puts what an earlier run took where the boss looks for it. */
  leaveHint: (text: string) => void;
}

const PARAMETER = "/audit-ecosystem/accounts";

const arnOf = (functionName: string) => `arn:aws:lambda:${HOME}:${AUDIT_ACCOUNT}:function:${functionName}`;

/** A key that the sealer signs with, as CreateKey makes it. */
function signingKeyIn(state: SandboxState, now: () => number, randomId: (length: number) => string) {
  const call = { account: AUDIT_ACCOUNT, region: HOME, state, now, randomId } as Call;
  const created = kms.operations.CreateKey!.run({ KeyUsage: "SIGN_VERIFY", KeySpec: "ECC_NIST_P256" }, call);
  const arn = (created as CreateKeyResponse).KeyMetadata!.Arn!;
  const publicKey = (): string => {
    const { PublicKey } = kms.operations.GetPublicKey!.run({ KeyId: arn }, call) as GetPublicKeyResponse;
    const key = createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
    return String(key.export({ format: "pem", type: "spki" }));
  };
  return { arn, publicKey };
}

/** What the world is made with, beside its script. */
interface Making {
  script: Script;
  state: SandboxState;
  auditors: ReturnType<typeof deployedFor>;
  now: () => number;
  randomId: (length: number) => string;
  /** When everything was deployed. */
  createdAt: Date;
}

/** A company of the script's accounts, with the system deployed in its audit account. */
export function worldOf(script: Script, now: () => number, randomId: (length: number) => string): World {
  const state = populate(script.seed, 0);
  const making: Making = { script, state, auditors: deployedFor(script), now, randomId, createdAt: new Date(now()) };
  const holdings = addMembers(making);
  const leaveHint = addBucket(making);
  const parameterArn = addAccountList(making);
  const joined = new Map<string, number>();
  const signing = [signingKeyIn(state, now, randomId)];
  const { environments, keys } = addFunctions(making, parameterArn, signing[0]!.arn);
  const changeKey = (): void => {
    const [before, next] = [signing.at(-1)!, signingKeyIn(state, now, randomId)];
    signing.push(next);
    const environment = { SIGNING_KEY: next.arn, PREVIOUS_SIGNING_KEY: before.arn };
    Object.assign(environments.get("audit-sealer")!, environment);
    const role = [...state.roles.values()].find(({ RoleName }) => RoleName === "audit-sealer")!;
    const Statement = sealerPermissions({ bucketArn: `arn:aws:s3:::${BUCKET}`, keyArns: [next.arn, before.arn] });
    role.inline.set("policy-0", JSON.stringify({ Version: "2012-10-17", Statement }));
  };
  return {
    state,
    holdings,
    environments,
    keys,
    open: (account, region) => isOpen(script.seed, account, region),
    publicKey: () => signing.map(({ publicKey }) => publicKey()).join(""),
    changeKey,
    deploy: (bundleSha256) => {
      for (const [name, environment] of environments)
        environments.set(name, { ...environment, BUNDLE_SHA256: bundleSha256 });
    },
    join: (account) => {
      addMember(making, account);
      const list = state.parameters.get(parameterArn)!;
      state.parameters.set(parameterArn, { ...list, Value: `${list.Value},${account}`, Version: list.Version + 1 });
      joined.set(account, now());
    },
    joined,
    leave: (account) => void state.roles.delete(`arn:aws:iam::${account}:role/${ROLE}`),
    leaveHint,
  };
}

interface NewRole {
  account: string;
  name: string;
  path: string;
  trust: object;
  policies: readonly object[];
}

function addRole({ state, createdAt }: Making, { account, name, path, trust, policies }: NewRole): string {
  const Arn = `arn:aws:iam::${account}:role${path}${name}`;
  state.roles.set(Arn, {
    account,
    RoleName: name,
    Path: path,
    Arn,
    RoleId: `AROA${name}`,
    CreateDate: createdAt,
    AssumeRolePolicyDocument: JSON.stringify(trust),
    MaxSessionDuration: 3600,
    Tags: [],
    inline: new Map(policies.map((policy, n) => [`policy-${n}`, JSON.stringify(policy)])),
    attached: new Set(),
  });
  return Arn;
}

/** Member accounts with the cross-account role, but in those that the script closes. @returns what each has */
function addMembers(making: Making): World["holdings"] {
  const { script } = making;
  const holdings: World["holdings"] = new Map();
  for (const account of script.accounts) {
    holdings.set(account, holdingsOf(script.seed, account, script.regions, script.sizes));
    addMember(making, account);
  }
  for (const account of script.joining.keys())
    holdings.set(account, holdingsOf(script.seed, account, script.regions, script.sizes));
  return holdings;
}

/** An account of the organization, with the cross-account role unless the script closes it. */
function addMember(making: Making, account: string): void {
  const { script, state, auditors } = making;
  state.members.push({ id: account, name: `member-${account}`, state: "ACTIVE", unit: "ou-sbox-test0000" });
  if (script.closed.has(account)) return;
  const denied = script.denied.get(account);
  const deny = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: denied, Resource: "*" }] };
  addRole(making, {
    account,
    name: ROLE,
    path: "/",
    trust: trustPolicy({ partition: "aws", auditAccountId: AUDIT_ACCOUNT, externalId: EXTERNAL_ID }),
    policies: [
      ...memberPolicyDocuments(Object.values(auditors)).map(({ document }) => document),
      ...(denied ? [deny] : []),
    ],
  });
}

/** The evidence bucket, with the hint of an earlier run where the script has one. @returns what leaves another hint */
function addBucket({ script, state, createdAt }: Making): World["leaveHint"] {
  state.buckets.set(BUCKET, {
    name: BUCKET,
    owner: AUDIT_ACCOUNT,
    region: HOME,
    created: createdAt,
    objects: new Map(),
    uploads: new Map(),
    configuration: new Map([["GetBucketVersioning", { Status: "Enabled" }]]),
  });
  const leaveHint = (text: string): void => {
    const { objects } = state.buckets.get(BUCKET)!;
    const body = Buffer.from(text);
    const checksum = createHash("sha256").update(body).digest("base64");
    const stored = { body, etag: '"hint"', sha256: checksum, modified: createdAt };
    objects.set(DURATIONS_KEY, [{ ...stored, version: "earlier" }]);
  };
  const hint = hintOf(script.hint, script.seed, script.accounts, script.auditors);
  if (hint !== undefined) leaveHint(hint);
  return leaveHint;
}

/** @returns the ARN of the parameter with the accounts' ids */
function addAccountList({ script, state, createdAt }: Making): string {
  const arn = `arn:aws:ssm:${HOME}:${AUDIT_ACCOUNT}:parameter${PARAMETER}`;
  state.parameters.set(arn, {
    Name: PARAMETER,
    Type: "StringList",
    Value: script.accounts.join(","),
    Version: 1,
    ARN: arn,
    LastModifiedDate: createdAt,
  });
  return arn;
}

interface NewFunction {
  name: string;
  /** Seconds. */
  timeout: number;
  environment: Record<string, string>;
  permissions: readonly object[];
  onFailure?: string;
}

type Functions = Pick<World, "environments" | "keys">;

function addFunction(making: Making, { environments, keys }: Functions, added: NewFunction): void {
  const { state, now, randomId, createdAt } = making;
  const { name, timeout, environment, permissions, onFailure } = added;
  const policies = [{ Version: "2012-10-17", Statement: permissions }];
  const roleArn = addRole(making, { account: AUDIT_ACCOUNT, name, path: SYSTEM_PATH, trust: {}, policies });
  environments.set(name, { AWS_REGION: HOME, AWS_ENDPOINT_URL: "http://simulated", ...environment });
  const session = { roleArn, roleName: name, account: AUDIT_ACCOUNT, sessionName: name };
  keys.set(name, newSession({ state, now, randomId }, session, 30 * 86_400).AccessKeyId);
  const fn: StoredFunction = {
    account: AUDIT_ACCOUNT,
    region: HOME,
    FunctionName: name,
    FunctionArn: arnOf(name),
    Role: roleArn,
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Timeout: timeout,
    MemorySize: 1024,
    Description: "",
    LastModified: createdAt.toISOString(),
    CodeSha256: "",
    environment,
    logGroup: `/aws/lambda/${name}`,
    zip: new Uint8Array(),
    retries: 2,
    ...(onFailure ? { onFailure } : {}),
  };
  state.functions.set(fn.FunctionArn, fn);
}

/** Every function of the system, each with the permissions that the program gives it. */
function addFunctions(making: Making, parameterArn: string, signingKey: string): Functions {
  const { script, auditors } = making;
  const functions: Functions = { environments: new Map(), keys: new Map() };
  const add = (added: NewFunction) => addFunction(making, functions, added);
  const bucketArn = `arn:aws:s3:::${BUCKET}`;
  const [sealerArn, recorderArn] = [arnOf("audit-sealer"), arnOf("audit-recorder")];
  const auditorArns = Object.keys(auditors).map((name) => arnOf(`audit-get-meta-${name}`));
  const common = { EVIDENCE_BUCKET: BUCKET, SEALER_FUNCTION: "audit-sealer" };
  const { sealDeadlineMinutes } = script;
  const deadline = { SEAL_DEADLINE_MINUTES: String(sealDeadlineMinutes ?? DEADLINE_MINUTES) };
  add({
    name: "audit-sealer",
    timeout: 900,
    environment: { EVIDENCE_BUCKET: BUCKET, SIGNING_KEY: signingKey, ...deadline },
    permissions: sealerPermissions({ bucketArn, keyArns: [signingKey] }),
  });
  add({
    name: "audit-watchdog",
    timeout: 300,
    environment: { ...common, ...deadline },
    permissions: watchdogPermissions(bucketArn, sealerArn),
  });
  add({
    name: "audit-recorder",
    timeout: 60,
    environment: common,
    permissions: recorderPermissions(bucketArn, sealerArn, auditorArns),
  });
  for (const [index, [name, auditor]] of Object.entries(auditors).entries())
    add({
      name: `audit-get-meta-${name}`,
      timeout: script.auditorTimeout,
      environment: {
        ...common,
        CROSS_ACCOUNT_ROLE_NAME: ROLE,
        EXTERNAL_ID,
        DIGEST_KEY: "simulated-digest-key",
        API_SHARE: String(script.apiShare),
        ...(sealDeadlineMinutes ? deadline : {}),
      },
      permissions: auditorPermissions({
        bucketArn,
        auditor: name,
        resourceTypes: typesOf(auditor),
        othersTypes: Object.values(auditors).flatMap((each) => (each === auditor ? [] : typesOf(each))),
        partition: "aws",
        accountId: AUDIT_ACCOUNT,
        crossAccountRoleName: ROLE,
        ownArn: auditorArns[index]!,
        sealerArn,
        recorderArn,
      }),
      onFailure: recorderArn,
    });
  add({
    name: "audit-boss",
    timeout: 300,
    environment: {
      ...common,
      ACCOUNTS_PARAMETER: PARAMETER,
      REGIONS: script.regions.join(","),
      AUDITOR_FUNCTION_PREFIX: "audit-get-meta-",
      AUDITORS: script.auditors.join(","),
      ...(script.accountsPerTask ? { ACCOUNTS_PER_TASK: String(script.accountsPerTask) } : {}),
    },
    permissions: bossPermissions({
      bucketArn,
      auditorArns,
      sealerArn,
      parameterArn,
      byUnits: false,
      asksRegions: false,
    }),
  });
  return functions;
}
