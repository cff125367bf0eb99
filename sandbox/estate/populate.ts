import { createHash } from "node:crypto";
import { noFaults } from "../faults.ts";
import { idOf, pick, randomOf } from "../random.ts";
import type { SandboxState, StoredRole } from "../state.ts";
import { AUDIT_ACCOUNT, membersOf } from "./organization.ts";
import { homesOf } from "./regions.ts";
import { kmsKey } from "./words.ts";

/**
 * A company's AWS before anything is deployed: its accounts with their users, roles, policies and buckets. `size` says
 * how many times as many databases and roles each account has.
 */
export function populate(seed: number, accounts: number, size = 1): SandboxState {
  const state: SandboxState = {
    seed,
    size,
    auditAccount: AUDIT_ACCOUNT,
    members: membersOf(seed, accounts),
    parameters: new Map(),
    roles: new Map(),
    policies: new Map(),
    users: [],
    groups: [],
    oidcProviders: [],
    functions: new Map(),
    events: new Map(),
    faults: noFaults(),
    sessions: new Map(),
    buckets: new Map(),
    logGroups: new Map(),
    queues: new Map(),
    alarms: new Map(),
    dashboards: new Map(),
    schedules: new Map(),
    budgets: new Map(),
    stackSets: new Map(),
    configRules: new Map(),
    organizationRules: new Map(),
    evaluations: [],
    configItems: [],
    aggregators: [
      {
        account: AUDIT_ACCOUNT,
        region: "eu-central-1",
        id: "config-aggregator-sandbox0",
        name: "organization",
        without: [],
        troubles: new Map(),
      },
    ],
    keys: new Map(),
    signings: [],
    aliases: new Map(),
    glueDatabases: new Map(),
    glueTables: new Map(),
    workGroups: new Map(),
    namedQueries: new Map(),
    queries: new Map(),
    topics: new Map(),
    busEvents: [],
    eventRules: new Map(),
    sageMaker: { trainingJobs: new Map(), models: new Map(), transformJobs: new Map() },
    securityHubs: new Map(),
    quickSight: { dataSources: new Map(), dataSets: new Map(), analyses: new Map() },
  };
  for (const { id, name } of state.members) {
    identities(state, id);
    buckets(state, id, name);
  }
  return state;
}

function identities(state: SandboxState, account: string): void {
  const random = randomOf(`${state.seed} ${account} identities`);
  const created = () => new Date(Date.UTC(2023, Math.floor(random() * 30), 1 + Math.floor(random() * 27)));
  const lately = () => new Date(Date.UTC(2026, 10, 1 + Math.floor(random() * 22), 9));
  const arn = (what: string) => `arn:aws:iam::${account}:${what}`;
  for (const GroupName of ["admins", "developers"])
    state.groups.push({
      account,
      GroupName,
      Arn: arn(`group/${GroupName}`),
      GroupId: `AGPA${idOf(random, 17)}`,
      CreateDate: created(),
    });
  const people = ["alice", "bob", "carol", "deploy-bot"].slice(0, 2 + Math.floor(random() * 3));
  for (const UserName of people)
    state.users.push({
      account,
      UserName,
      Arn: arn(`user/${UserName}`),
      UserId: `AIDA${idOf(random, 17)}`,
      Path: "/",
      CreateDate: created(),
      Tags: random() < 0.5 ? [{ Key: "team", Value: pick(random, ["payments", "platform"]) }] : [],
      groups: [UserName === "alice" ? "admins" : "developers"],
      keys:
        random() < 0.6
          ? [
              {
                AccessKeyId: `AKIA${idOf(random, 16)}`,
                Status: random() < 0.8 ? "Active" : "Inactive",
                CreateDate: random() < 0.5 ? lately() : created(),
                ...(random() < 0.7 ? { LastUsedDate: lately() } : {}),
              },
            ]
          : [],
      mfa: UserName !== "deploy-bot" && random() < 0.7,
      ...(UserName === "deploy-bot" ? {} : { passwordLastUsed: random() < 0.75 ? lately() : created() }),
      attached: UserName === "deploy-bot" ? ["arn:aws:iam::aws:policy/PowerUserAccess"] : [],
    });
  const policyArn = arn("policy/deploy");
  state.policies.set(policyArn, {
    account,
    PolicyName: "deploy",
    PolicyId: `ANPA${idOf(random, 17)}`,
    Path: "/",
    Arn: policyArn,
    CreateDate: created(),
    document: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Sid: "Deploy", Effect: "Allow", Action: random() < 0.3 ? "*" : ["lambda:*", "s3:*"], Resource: "*" },
      ],
    }),
  });
  const roles = Array.from({ length: state.size }, (_, index) => {
    const nth = index ? `-${index + 1}` : "";
    return [
      [`app${nth}`, "ec2.amazonaws.com"],
      [`jobs${nth}`, "lambda.amazonaws.com"],
      [`rds-monitoring${nth}`, "monitoring.rds.amazonaws.com"],
    ] as const;
  }).flat();
  for (const [RoleName, Service] of roles) {
    const role: StoredRole = {
      account,
      RoleName,
      Path: "/",
      Arn: arn(`role/${RoleName}`),
      RoleId: `AROA${idOf(random, 17)}`,
      CreateDate: created(),
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
      }),
      MaxSessionDuration: 3600,
      Tags: random() < 0.5 ? [{ Key: "team", Value: "platform" }] : [],
      inline: new Map(),
      attached: new Set(RoleName === "app" ? [policyArn] : []),
    };
    state.roles.set(role.Arn, role);
  }
  if (random() < 0.5)
    state.oidcProviders.push({
      account,
      Arn: arn("oidc-provider/token.actions.githubusercontent.com"),
      Url: "token.actions.githubusercontent.com",
    });
}

function buckets(state: SandboxState, account: string, accountName: string): void {
  const random = randomOf(`${state.seed} ${account} buckets`);
  const homes = homesOf(state.seed, account);
  const suffix = createHash("sha256").update(`${state.seed} ${account}`).digest("hex").slice(0, 6);
  // Where the trails and the load balancers of the account write to.
  const logs = `company-logs-${suffix}`;
  for (const purpose of ["assets", "logs", "backups", "exports"].slice(0, 2 + Math.floor(random() * 3))) {
    const name = purpose === "logs" ? logs : `${accountName}-${purpose}-${suffix}`;
    const region = pick(random, homes);
    const kms = random() < 0.4;
    const acls = random() < 0.12;
    const configuration = new Map<string, object>([
      [
        "GetBucketVersioning",
        random() < 0.5 ? { Status: "Enabled", ...(random() < 0.2 ? { MFADelete: "Enabled" } : {}) } : {},
      ],
      [
        "GetBucketLogging",
        purpose !== "logs" && random() < 0.6
          ? { LoggingEnabled: { TargetBucket: logs, TargetPrefix: `s3/${purpose}/` } }
          : {},
      ],
      [
        "GetBucketOwnershipControls",
        { OwnershipControls: { Rules: [{ ObjectOwnership: acls ? "ObjectWriter" : "BucketOwnerEnforced" }] } },
      ],
      [
        "GetBucketEncryption",
        {
          ServerSideEncryptionConfiguration: {
            Rules: [
              {
                ApplyServerSideEncryptionByDefault: kms
                  ? { SSEAlgorithm: "aws:kms", KMSMasterKeyID: kmsKey({ seed: state.seed, account, region }, 0) }
                  : { SSEAlgorithm: "AES256" },
                BucketKeyEnabled: kms,
              },
            ],
          },
        },
      ],
    ]);
    if (random() < 0.8) {
      const all = random() < 0.9;
      configuration.set("GetPublicAccessBlock", {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: all,
          RestrictPublicBuckets: all,
        },
      });
    }
    if (random() < 0.6)
      configuration.set("GetBucketTagging", { TagSet: [{ Key: "team", Value: pick(random, ["platform", "data"]) }] });
    if (random() < 0.5)
      configuration.set("GetBucketLifecycleConfiguration", {
        Rules: [{ ID: "old", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 400 } }],
      });
    if (purpose === "assets" && random() < 0.2)
      configuration.set("GetBucketWebsite", { IndexDocument: { Suffix: "index.html" } });
    if (acls && random() < 0.5)
      configuration.set("GetBucketAcl", {
        Owner: { ID: suffix },
        Grants: [
          {
            Grantee: { Type: "Group", URI: "http://acs.amazonaws.com/groups/global/AllUsers" },
            Permission: "READ",
          },
        ],
      });
    if (purpose === "exports" && random() < 0.4)
      configuration.set("GetBucketPolicy", {
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Partners",
              Effect: "Allow",
              Principal: "*",
              Action: "s3:GetObject",
              Resource: `arn:aws:s3:::${name}/*`,
            },
          ],
        }),
      });
    if (purpose === "assets")
      configuration.set("GetBucketPolicy", {
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "TlsOnly",
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        }),
      });
    state.buckets.set(name, {
      name,
      owner: account,
      region,
      created: new Date(Date.UTC(2024, Math.floor(random() * 20), 3)),
      objects: new Map(),
      uploads: new Map(),
      configuration,
    });
  }
}
