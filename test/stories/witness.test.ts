import { createPublicKey } from "node:crypto";
import { expect } from "chai";
import { publicKeyOf } from "../../sandbox/ecdsa.ts";
import { edwardsKeyOf } from "../../sandbox/ed25519.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import type { SandboxState } from "../../sandbox/state.ts";
import { bucketSource } from "../../src/evidence/bucketSource.ts";
import { checkpointKey, logLeavesKey, runDocumentOf, sequenceOf } from "../../src/evidence/layout.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { type Notice, type Violation, verify } from "../../src/evidence/verify.ts";
import { rawOf, vkeyOf, witnessKeyIn } from "../../src/evidence/witness/cosignature.ts";
import { evidenceS3 } from "../../src/runtime/clients.ts";
import { metrics } from "../../src/runtime/metrics.ts";
import { thisProcess } from "../../src/runtime/runtime.ts";
import { deployed, REGION, type System, systemOver } from "./system.ts";

const MEMBER = "111111111111";
/** The auditors' own account. */
const OUTSIDE = "222222222222";
const BUCKET = "evidence-witnessed";
const NAME = "auditors.example/w1";

const publicKey = (state: SandboxState, spec: string) => {
  const key = [...state.keys.values()].find((each) => each.spec === spec)!.privateKey!;
  const der = Buffer.from(spec === "ECC_NIST_P256" ? publicKeyOf(key) : edwardsKeyOf(key));
  return createPublicKey({ key: der, format: "der", type: "spki" });
};

describe("a chain of runs with a witness in the auditors' account", function () {
  this.timeout(120_000);
  let system: System;
  const objects = (bucket: string) => system.sandbox.state.buckets.get(bucket)!.objects;
  const stateBucket = () =>
    [...system.sandbox.state.buckets.values()].find(({ name }) => name !== BUCKET && name.startsWith("witness"))!.name;

  const verified = async () => {
    const found: string[] = [];
    const { state } = system.sandbox;
    const s3 = evidenceS3({
      ...thisProcess,
      client: () => ({
        region: REGION,
        requestHandler: inProcess(system.sandbox) as never,
        credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
      }),
    } as never);
    const say = ({ kind, key }: Violation | Notice) => found.push(`${kind} ${key}`);
    const verdict = await verify({
      source: bucketSource(s3, BUCKET),
      keys: keysIn(String(publicKey(state, "ECC_NIST_P256").export({ format: "pem", type: "spki" }))),
      run: "all",
      witness: {
        key: witnessKeyIn(vkeyOf(NAME, rawOf(publicKey(state, "ECC_NIST_EDWARDS25519")))),
        checkpoints: [],
      },
      violation: say,
      notice: say,
    });
    return { verdict, found };
  };

  before(async () => {
    const common = { externalId: "an-external-id", auditors: "iam" };
    const arn = `arn:aws:lambda:${REGION}:${OUTSIDE}:function:audit-witness`;
    const audit = { ...common, kind: "audit", accounts: MEMBER, bucketName: BUCKET, catalog: "false", schedule: "off" };
    const witness = (state: SandboxState) => ({
      kind: "witness",
      witnessName: NAME,
      bucketName: BUCKET,
      auditAccountId: AUDIT_ACCOUNT,
      witnessedPublicKeys: String(publicKey(state, "ECC_NIST_P256").export({ format: "pem", type: "spki" })),
    });
    system = systemOver(
      await deployed(2, [
        { account: AUDIT_ACCOUNT, config: { ...audit, witnessFunctionArns: arn } },
        { account: MEMBER, config: { ...common, kind: "member", auditAccountId: AUDIT_ACCOUNT } },
        { account: OUTSIDE, config: witness },
      ]),
    );
    for (const _ of [1, 2, 3]) await system.run("audit-boss", { regions: [REGION] });
    expect(system.trouble).to.deep.equal([]);
  });

  it("is cosigned after each run, with checkpoints in the bucket and in the witness's own", async () => {
    const keys = [...objects(BUCKET).keys()];
    expect(keys).to.include.members([1, 2, 3].map(checkpointKey));
    expect(keys).to.include(logLeavesKey(1, 3));
    expect([...objects(stateBucket()).keys()]).to.have.length(3);
    const { verdict, found } = await verified();
    expect(found).to.deep.equal([]);
    expect(verdict.level).to.equal("verified");
    expect(verdict.witness).to.include({ name: NAME, sequence: 3 });
  });

  it("gets no cosignature any more once runs were cut off, and the next run is told as unseen", async () => {
    // Somebody who may do all in the audit account takes the last two runs away, with all that tells of them.
    const runs = [...objects(BUCKET).keys()].flatMap((key) => runDocumentOf(key)?.run ?? []);
    const [, ...gone] = [...new Set(runs)].sort();
    for (const key of [...objects(BUCKET).keys()]) {
      const sequence = sequenceOf(key);
      const isLater = key.startsWith("log/") && key !== checkpointKey(1);
      if (isLater || (sequence ?? 1) > 1 || gone.some((run) => key.includes(run))) objects(BUCKET).delete(key);
    }
    expect((await verified()).verdict.level, "what is left is a shorter chain").to.equal("verified");
    const counted: [string, number][] = [];
    const { addMetric } = metrics;
    metrics.addMetric = (name, _unit, value) => {
      counted.push([name, value]);
      return metrics;
    };
    try {
      for (const _ of [1, 2, 3]) await system.run("audit-boss", { regions: [REGION] });
    } finally {
      metrics.addMetric = addMetric;
    }
    expect(counted.filter(([name]) => name === "NotCosigned")).to.deep.equal([1, 2, 3].map(() => ["NotCosigned", 1]));
    expect(system.trouble, "the runs are sealed all the same").to.deep.equal([]);
    const signatures = [1, 2, 3, 4].map((n) => {
      const note = Buffer.from(objects(BUCKET).get(checkpointKey(n))!.at(-1)!.body).toString();
      return note.split("\n— ").length - 1;
    });
    expect(signatures, "the log's own, and the witness's").to.deep.equal([2, 1, 1, 1]);
    const { verdict, found } = await verified();
    expect(verdict.level).to.equal("consistent");
    expect(found.map((each) => each.split(" ")[0])).to.deep.equal(["unwitnessed"]);
    expect([...objects(stateBucket()).keys()], "what the witness remembers").to.have.length(3);
  });
});
