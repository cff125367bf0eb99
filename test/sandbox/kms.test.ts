import { createHash, createPublicKey, verify } from "node:crypto";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListAliasesCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  VerifyCommand,
} from "@aws-sdk/client-kms";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import fc from "fast-check";
import { publicKeyOf, scalarOf, signDigest, verifyDigest } from "../../sandbox/ecdsa.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { sandboxForTest } from "./sandbox.ts";

use(chaiAsPromised);

const ROOT = `arn:aws:iam::${AUDIT_ACCOUNT}:root`;
const ROLE = `arn:aws:iam::${AUDIT_ACCOUNT}:role/signer`;
const Message = Buffer.from("the manifest");
const signed = { Message, MessageType: "RAW", SigningAlgorithm: "ECDSA_SHA_256" } as const;

async function made() {
  const { as, clock } = sandboxForTest();
  const kms = new KMSClient(as());
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }));
  return { as, clock, kms, KeyId: KeyMetadata!.Arn! };
}

/** A client with the credentials of a role whose identity policy allows what it is told. */
async function roleClient(as: ReturnType<typeof sandboxForTest>["as"], Action: string[]) {
  const iam = new IAMClient(as());
  const Statement = { Effect: "Allow", Principal: { AWS: ROOT }, Action: "sts:AssumeRole" };
  const trust = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new CreateRoleCommand({ RoleName: "signer", AssumeRolePolicyDocument: trust }));
  const allowed = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Sid: "Sign", Effect: "Allow", Action, Resource: "*" },
  });
  if (Action.length)
    await iam.send(new PutRolePolicyCommand({ RoleName: "signer", PolicyName: "sign", PolicyDocument: allowed }));
  const { Credentials } = await new STSClient(as()).send(
    new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: "test" }),
  );
  return new KMSClient(as(Credentials!.AccessKeyId!));
}

describe("the sandbox's KMS", () => {
  for (const [MessageType, message] of [
    ["RAW", Message],
    ["DIGEST", createHash("sha256").update(Message).digest()],
  ] as const)
    it(`signs a message given as ${MessageType} so that node:crypto verifies it with the exported key`, async () => {
      const { kms, KeyId } = await made();
      const request = { KeyId, Message: message, MessageType, SigningAlgorithm: "ECDSA_SHA_256" } as const;
      const { Signature } = await kms.send(new SignCommand(request));
      const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      const key = createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
      expect(verify("sha256", Message, key, Signature!)).to.equal(true);
      expect(verify("sha256", Buffer.from("another"), key, Signature!)).to.equal(false);
      const { SignatureValid } = await kms.send(new VerifyCommand({ ...request, Signature }));
      expect(SignatureValid).to.equal(true);
      const altered = Buffer.from(Signature!);
      altered[20]! ^= 1;
      await expect(kms.send(new VerifyCommand({ ...request, Signature: altered })))
        .to.be.rejected.and.eventually.have.property("name")
        .that.equals("KMSInvalidSignatureException");
    });

  it("finds a key by id, ARN and alias", async () => {
    const { kms, KeyId } = await made();
    await kms.send(new CreateAliasCommand({ AliasName: "alias/evidence", TargetKeyId: KeyId }));
    const { Aliases } = await kms.send(new ListAliasesCommand({}));
    expect(Aliases?.map(({ AliasName }) => AliasName)).to.deep.equal(["alias/evidence"]);
    for (const id of [KeyId, KeyId.split("/")[1]!, "alias/evidence", Aliases![0]!.AliasArn!]) {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
      expect(KeyMetadata).to.include({ Arn: KeyId, KeySpec: "ECC_NIST_P256", KeyState: "Enabled" });
    }
  });

  it("refuses a key that waits for its deletion, and rotation of an asymmetric one", async () => {
    const { kms, KeyId } = await made();
    await expect(kms.send(new EnableKeyRotationCommand({ KeyId }))).to.be.rejectedWith(/asymmetric/);
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await expect(kms.send(new SignCommand({ KeyId, ...signed }))).to.be.rejectedWith(/pending deletion/);
  });

  const statement = (Principal: string, Action: string, Effect = "Allow", Condition?: object) => ({
    Effect,
    Principal: { AWS: Principal },
    Action,
    Resource: "*",
    ...(Condition ? { Condition } : {}),
  });
  for (const [what, actions, statements, allowed] of [
    ["the account and an identity policy", ["kms:Sign"], [statement(ROOT, "kms:*")], true],
    ["the account alone", [], [statement(ROOT, "kms:*")], false],
    ["an identity policy alone", ["kms:Sign"], [], false],
    ["the role by name", [], [statement(ROLE, "kms:Sign")], true],
    [
      "the role, with a denial beside",
      ["kms:Sign"],
      [statement(ROLE, "kms:Sign"), statement(ROOT, "kms:Sign", "Deny")],
      false,
    ],
    [
      "the role, for another algorithm",
      [],
      [statement(ROLE, "kms:Sign", "Allow", { StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_384" } })],
      false,
    ],
  ] as const)
    it(`${allowed ? "lets a role sign" : "refuses a role's signing"} by ${what}`, async () => {
      const { as, kms, KeyId } = await made();
      const role = await roleClient(as, [...actions]);
      const Policy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [statement(ROOT, "kms:PutKeyPolicy"), ...statements],
      });
      await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
      const signing = role.send(new SignCommand({ KeyId, ...signed }));
      if (allowed) expect((await signing).Signature).to.have.length.above(60);
      else await expect(signing).to.be.rejectedWith(/not authorized to perform: kms:Sign/);
    });

  it("makes signatures that node:crypto accepts for any key and message, the same each time", () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(48), fc.uint8Array({ maxLength: 100 }), (seed, message) => {
        const scalar = scalarOf(seed);
        const digest = createHash("sha256").update(message).digest();
        const signature = signDigest(scalar, digest);
        const key = createPublicKey({ key: Buffer.from(publicKeyOf(scalar)), format: "der", type: "spki" });
        return (
          verify("sha256", message, key, signature) &&
          verifyDigest(scalar, digest, signature) &&
          Buffer.from(signDigest(scalar, digest)).equals(Buffer.from(signature))
        );
      }),
      { numRuns: 50 },
    );
  });
});
