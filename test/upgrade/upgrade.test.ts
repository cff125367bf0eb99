import { readdirSync, readFileSync } from "node:fs";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox, type Sandbox } from "../../sandbox/core.ts";
import { make } from "../../sandbox/deploy/program.ts";
import { targetOf } from "../../sandbox/deploy/provider.ts";
import type { Registered } from "../../sandbox/deploy/registered.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import type { SandboxState } from "../../sandbox/state.ts";
import { bucketSource } from "../../src/evidence/bucketSource.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { verify } from "../../src/evidence/verify.ts";
import { REGION, type System, systemOver, told } from "../stories/system.ts";
import { type Planned, type UpgradePlan, upgradePlan } from "./plan.ts";

interface RecordedStack {
  name: string;
  account: string;
  config: Record<string, string>;
  resources: (Planned & { name: string })[];
}
interface Release {
  version: string;
  stacks: RecordedStack[];
  /** A sealed run's objects by key, base64. */
  evidence: Record<string, string>;
  /** The private half, base64. */
  signingKey: string;
}
const FOLDER = "test/upgrade/releases";
const releases = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(`${FOLDER}/${file}`, "utf8")) as Release);

/** What is never made anew: the evidence and what protects it, the key, what is drawn once, the list, the members' role. */
const PRECIOUS = /^(aws:s3\/|aws:kms\/|random:|aws:ssm\/|aws:iam\/role:Role::member$)/;
const DIGEST_KEY = "random:index/randomUuid:RandomUuid::audit-digest-key";
const typeAndName = (urn: string): string => {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)}::${name}`;
};
const precious = (urns: readonly string[]): string[] => urns.map(typeAndName).filter((each) => PRECIOUS.test(each));

/** What a release deployed, made again from its record. */
async function stateOf({ stacks, evidence, signingKey }: Release): Promise<SandboxState> {
  const invoke = { now: async () => ({ payload: null }), later: () => undefined };
  const now = () => Date.UTC(2026, 10, 24);
  const sandbox = createSandbox(populate(1, 2), { ...handedIn, now, random: randomOf("release"), invoke });
  const code = new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset("// of the release") });
  for (const { account, resources } of stacks) {
    const to = targetOf({ requestHandler: inProcess(sandbox) }, account, REGION);
    for (const { type, name, inputs } of resources) {
      if (!inputs || type.startsWith("pulumi:")) continue;
      const key = [...sandbox.state.keys.values()].find((each) => each.account === sandbox.state.auditAccount)?.arn;
      // A key's id is drawn anew.
      const text = JSON.stringify(inputs).replace(/arn:aws:kms:[\w-]+:\d{12}:key\/[\w-]+/g, key ?? "");
      await make(type, name, { ...JSON.parse(text), ...(type.endsWith(":Function") ? { code } : {}) }, to);
    }
  }
  const { auditAccount, keys, buckets } = sandbox.state;
  [...keys.values()].find(({ account }) => account === auditAccount)!.privateKey = Buffer.from(signingKey, "base64");
  const { name: Bucket } = [...buckets.values()].find(({ owner }) => owner === auditAccount)!;
  const s3 = s3Of(sandbox);
  for (const [Key, body] of Object.entries(evidence))
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body, "base64") }));
  return sandbox.state;
}

const s3Of = (sandbox: Sandbox): S3Client =>
  new S3Client({
    requestHandler: inProcess(sandbox) as never,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: sandbox.state.auditAccount, secretAccessKey: "sandbox" },
  });

for (const release of releases)
  describe(`an upgrade from release ${release.version}`, function () {
    this.timeout(120_000);
    let system: System;
    const plans = new Map<string, UpgradePlan>();
    let bucket: string;
    /** What was said without the key of the digests in the configuration. */
    let refused: unknown;
    let before_: { created: Date; objects: string[]; keys: string[]; externalId: string; digestKey: string };
    const facts = () => {
      const { state } = system.sandbox;
      const { created, objects } = state.buckets.get(bucket)!;
      const { EXTERNAL_ID, DIGEST_KEY } = system.function("audit-get-meta-iam").environment;
      const keys = [...state.keys.values()].filter(({ account }) => account === state.auditAccount);
      return {
        created,
        objects: [...objects.keys()],
        keys: keys.map(({ arn }) => arn),
        externalId: EXTERNAL_ID!,
        digestKey: DIGEST_KEY!,
      };
    };
    const next = {
      accounts: ["111111111111"],
      auditors: ["iam"],
      regions: [REGION],
      schedule: { name: "run", time: "2026-11-25T03:00:00Z" },
    };

    before(async () => {
      system = systemOver(await stateOf(release));
      const { state } = system.sandbox;
      bucket = [...state.buckets.values()].find(({ owner }) => owner === state.auditAccount)!.name;
      before_ = facts();
      const door = { requestHandler: inProcess(system.sandbox) };
      for (const { name, account, config, resources } of release.stacks) {
        if (name === "audit")
          refused = await deploy(door, REGION, { name, account, config }).catch((error: Error) => error.message);
        const after: Registered[] = [];
        // As docs/upgrading.md says: the key goes on as a secret of the configuration.
        const kept: Record<string, string> = name === "audit" ? { digestKey: before_.digestKey } : {};
        const stack = { name, account, config: { ...config, ...kept } };
        await deploy(door, REGION, stack, (each) => after.push(each));
        plans.set(name, upgradePlan(resources, after));
      }
    });

    it("stops, and says which line to run, before another key of the digests is drawn", () => {
      expect(refused).to.match(/^digestKey: not set — audit-get-meta-\w+ has the key that 0\.1\.0 drew/);
      expect(refused).to.include('pulumi config set --secret digestKey "$(aws lambda get-function-configuration');
      expect(facts().digestKey).to.equal(before_.digestKey);
    });

    it("keeps the bucket, what protects it, the key, the ids, the list and the members' role: none is made anew", () => {
      for (const { name, resources } of release.stacks) {
        const plan = plans.get(name)!;
        const recorded = precious(resources.map(({ urn }) => urn));
        expect(precious(plan.kept)).to.have.members(recorded.filter((each) => each !== DIGEST_KEY));
        const gone = precious([...plan.removed, ...Object.keys(plan.replaced)]);
        // Its value stays, out of the state's plain text.
        expect(gone).to.deep.equal(name === "audit" ? [DIGEST_KEY] : []);
      }
      expect(precious(plans.get("audit")!.kept)).to.include.members([
        "aws:s3/bucket:Bucket::audit-evidence",
        "aws:kms/key:Key::audit-signing-key",
        "random:index/randomUuid:RandomUuid::audit-external-id",
      ]);
    });

    it("replaces nothing else either: functions, roles and log groups are brought up to date in place", () => {
      for (const plan of plans.values()) expect(plan.replaced).to.deep.equal({});
    });

    it("leaves the evidence where it was, with one key and the same ids", () => {
      expect(facts()).to.deep.equal(before_);
      expect(before_.keys).to.have.length(1);
      expect(before_.objects).not.to.be.empty;
    });

    it("goes on with the chain: a run after it is sealed, and both verify with the one public key", async () => {
      await system.run("audit-boss", next);
      expect(system.trouble).to.deep.equal([]);
      const { outcomes, sealed } = told(system, bucket);
      const { glueTables } = system.sandbox.state;
      const declared = [...glueTables.keys()].map((arn) => arn.split("/").at(-1)!);
      // Those that Pulumi took away with the version before: of types with rows, and of those that controls ask for.
      expect(declared).to.include.members(["aws_iam_role", "latest_aws_iam_role", "latest_aws_rds_dbinstance", "runs"]);
      expect(sealed).to.equal(2);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(["collected", "collected"]);
      const { objects } = system.sandbox.state.buckets.get(bucket)!;
      const pems = [...objects].filter(([key]) => key.startsWith("keys/"));
      expect(pems).to.have.length(1);
      const problems: object[] = [];
      const verdict = await verify({
        source: bucketSource(s3Of(system.sandbox), bucket),
        keys: keysIn(Buffer.from(pems[0]![1].at(-1)!.body).toString()),
        run: "all",
        violation: (each) => problems.push(each),
        notice: () => undefined,
      });
      expect(problems).to.deep.equal([]);
      expect(verdict).to.include({ runs: 2, violations: 0 });
    });
  });

describe("a plan of an upgrade", () => {
  const urn = (name: string) => `urn:pulumi:audit::audit-ecosystem::aws:s3/bucket:Bucket::${name}`;
  const standing = [{ urn: urn("evidence"), type: "aws:s3/bucket:Bucket", inputs: { bucket: "b" } }];
  const bucket = (name: string, inputs: object, aliases: string[] = []) => [
    { urn: urn(name), type: "aws:s3/bucket:Bucket", inputs, aliases },
  ];
  const none = { kept: [], made: [], removed: [], replaced: {} };
  for (const [what, after, expected] of [
    ["keeps what changes in place", bucket("evidence", { bucket: "b", tags: {} }), { kept: [urn("evidence")] }],
    [
      "sees another name as a replacement",
      bucket("evidence", { bucket: "c" }),
      { replaced: { [urn("evidence")]: ["bucket"] } },
    ],
    [
      "sees Object Lock on a bucket that had none as a replacement",
      bucket("evidence", { bucket: "b", objectLockEnabled: true }),
      { replaced: { [urn("evidence")]: ["objectLockEnabled"] } },
    ],
    [
      "sees a renamed resource as one removed and one made",
      bucket("renamed", { bucket: "b" }),
      { made: [urn("renamed")], removed: [urn("evidence")] },
    ],
    [
      "finds a renamed one by its alias",
      bucket("renamed", { bucket: "b" }, [urn("evidence")]),
      { kept: [urn("renamed")] },
    ],
  ] as const)
    it(what, () => {
      expect(upgradePlan(standing, after as never)).to.deep.equal({ ...none, ...expected });
    });
});
