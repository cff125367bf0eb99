import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { expect } from "chai";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox, type Sandbox } from "../../sandbox/core.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import { keyPolicyExample } from "./keyPolicyExample.ts";
import { REGION, type System, systemOver, told } from "./system.ts";

/** An account of its own for keys, as companies have it. */
const KEYS_ACCOUNT = "222222222222";
const MEMBER = "111111111111";

describe("evidence under a KMS key of one's own", function () {
  this.timeout(120_000);
  let system: System;
  let kms: KMSClient;
  let key: string;
  let bucket: string;

  const run = { accounts: [MEMBER], auditors: ["iam"], regions: [REGION] };
  const kmsOf = (sandbox: Sandbox) =>
    new KMSClient({
      requestHandler: inProcess(sandbox) as never,
      region: REGION,
      credentials: { accessKeyId: KEYS_ACCOUNT, secretAccessKey: "sandbox" },
    });

  before(async () => {
    const invoke = { now: async () => ({ payload: null }), later: () => undefined };
    const now = () => Date.UTC(2026, 10, 24);
    const sandbox = createSandbox(populate(1, 2), { ...handedIn, now, random: randomOf("key"), invoke });
    key = (await kmsOf(sandbox).send(new CreateKeyCommand({ Description: "of the company" }))).KeyMetadata!.Arn!;
    const door = { requestHandler: inProcess(sandbox) };
    const audit = { kind: "audit", accounts: MEMBER, auditors: "rds,iam", encryptionKeyArn: key };
    const { externalId } = await deploy(door, REGION, { name: "audit", account: AUDIT_ACCOUNT, config: audit });
    await deploy(door, REGION, {
      name: "member",
      account: MEMBER,
      config: { kind: "member", auditAccountId: AUDIT_ACCOUNT, externalId: String(externalId), auditors: "rds,iam" },
    });
    system = systemOver(sandbox.state);
    kms = kmsOf(system.sandbox);
    bucket = [...sandbox.state.buckets.values()].find(
      ({ owner, name }) => owner === AUDIT_ACCOUNT && name.startsWith("audit-evidence"),
    )!.name;
  });

  it("is refused to functions that the key's policy does not let in", async () => {
    await system.run("audit-boss", run);
    expect(system.trouble.join("\n")).to.match(/kms:GenerateDataKey/);
    expect(told(system, bucket).sealed).to.equal(0);
    system.trouble.length = 0;
  });

  it("is written, sealed and tabulated with the policy that the documentation has", async () => {
    const Policy = keyPolicyExample({ keys: KEYS_ACCOUNT, audit: AUDIT_ACCOUNT });
    await kms.send(new PutKeyPolicyCommand({ KeyId: key, Policy }));
    await system.run("audit-boss", run);
    expect(system.trouble).to.deep.equal([]);
    const { outcomes, sealed } = told(system, bucket);
    expect(sealed).to.equal(1);
    expect(new Set(outcomes.map(({ status }) => status))).to.deep.equal(new Set(["collected"]));
    const { objects, configuration } = system.sandbox.state.buckets.get(bucket)!;
    expect([...objects.keys()].some((name) => name.startsWith("tables/"))).to.equal(true);
    expect(JSON.stringify(configuration.get("GetBucketEncryption")))
      .to.include(key)
      .and.include('"BucketKeyEnabled":true');
  });

  it("asks of the key no more than each function does with objects", () => {
    const { roles } = system.sandbox.state;
    const actions = (name: string) => {
      const role = [...roles.values()].find(({ account, RoleName }) => account === AUDIT_ACCOUNT && RoleName === name)!;
      const [document] = [...role.inline.values()];
      const { Statement } = JSON.parse(document!) as {
        Statement: { Sid: string; Action: string[]; Resource: string }[];
      };
      const found = Statement.find(({ Sid }) => Sid === "UseBucketKey");
      if (found) expect(found.Resource).to.equal(key);
      return found?.Action ?? [];
    };
    expect(actions("audit-get-meta-iam")).to.deep.equal(["kms:Decrypt", "kms:GenerateDataKey"]);
    expect(actions("audit-watchdog")).to.deep.equal([]);
    expect(actions("audit-doctor")).to.deep.equal([]);
  });
});
