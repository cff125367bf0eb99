import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { Witness, witnessBucketPolicy, witnessKeyPolicy } from "../../components/witness.ts";
import { recorded } from "./recorded.ts";

const PEM = String(
  generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "pem", type: "spki" }),
);
const args = {
  witnessName: "auditors.example/w1",
  bucketName: "evidence-of-acme",
  publicKeys: PEM,
  auditAccountId: "999999999999",
};
const ROLE = "arn:aws:iam::888888888888:role/audit-ecosystem/audit-witness";

describe("Witness", () => {
  it("is a function that knows one log, and an Ed25519 key and a bucket that stay when the stack is destroyed", async () => {
    const made = await recorded(() => new Witness("witness", args));
    const fn = made.of("Function")[0]!;
    expect(fn.inputs.environment.variables).to.deep.include({
      WITNESS_NAME: "auditors.example/w1",
      LOG_ORIGIN: "s3.amazonaws.com/evidence-of-acme",
      LOG_PUBLIC_KEYS: PEM,
    });
    const key = made.one("Key");
    expect(key.inputs).to.include({ keyUsage: "SIGN_VERIFY", customerMasterKeySpec: "ECC_NIST_EDWARDS25519" });
    expect([key.retainOnDelete, made.one("Bucket").retainOnDelete]).to.deep.equal([true, true]);
    expect(made.one("Permission").inputs).to.include({
      action: "lambda:InvokeFunction",
      principal: "999999999999",
    });
  });

  it("may write and read what it remembers, and sign: nothing else", async () => {
    const made = await recorded(() => new Witness("witness", args));
    const { Statement } = JSON.parse(made.one("RolePolicy").inputs.policy) as {
      Statement: { Sid: string; Action: string[]; Resource: string | string[] }[];
    };
    expect(Statement.map(({ Sid, Action }) => [Sid, Action])).to.deep.equal([
      ["Log", ["logs:CreateLogStream", "logs:PutLogEvents"]],
      ["Remember", ["s3:PutObject", "s3:GetObject"]],
      ["FindNewest", ["s3:ListBucket"]],
      ["Cosign", ["kms:GetPublicKey", "kms:Sign"]],
    ]);
    for (const { Resource } of Statement) expect([Resource].flat()).not.to.include("*");
  });

  it("grants signing to its own role alone, and forgets nothing", () => {
    const signing = witnessKeyPolicy("aws", "888888888888", ROLE).Statement.filter(({ Action }) =>
      [Action].flat().includes("kms:Sign"),
    );
    expect(signing.map(({ Condition }) => Condition?.ArnEquals)).to.deep.equal([{ "aws:PrincipalArn": ROLE }]);
    const [, forgotten] = witnessBucketPolicy("arn:aws:s3:::state", ROLE).Statement;
    expect(forgotten).to.deep.include({ Effect: "Deny", Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"] });
  });
});
