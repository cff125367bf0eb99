import { expect } from "chai";
import { keyPolicy, SigningKey } from "../../components/signingKey.ts";
import { recorded } from "./recorded.ts";

const holder = {
  partition: "aws-cn",
  accountId: "999999999999",
  signerArn: "arn:aws-cn:iam::999999999999:role/audit-ecosystem/audit-sealer",
};

describe("SigningKey", () => {
  it("signs with P-256, waits thirty days before it is gone, and stays when the stack is destroyed", async () => {
    const made = await recorded(() => new SigningKey("key", holder));
    const key = made.one("Key");
    expect(key.inputs).to.include({
      keyUsage: "SIGN_VERIFY",
      customerMasterKeySpec: "ECC_NIST_P256",
      deletionWindowInDays: 30,
    });
    expect(key.retainOnDelete).to.equal(true);
    expect(JSON.parse(key.inputs.policy)).to.deep.equal(keyPolicy(holder));
  });

  it("grants signing to nobody but the sealer's role, and no grant by which it could be passed on", () => {
    const allowing = keyPolicy(holder).Statement.filter(({ Effect }) => Effect === "Allow");
    const signing = allowing.filter(({ Action }) => [Action].flat().includes("kms:Sign"));
    expect(signing).to.have.length(1);
    expect(signing[0]!.Condition).to.deep.include({ ArnEquals: { "aws:PrincipalArn": holder.signerArn } });
    for (const { Action } of allowing)
      for (const action of [Action].flat()) expect(action).not.to.match(/\*|CreateGrant|ReplicateKey/);
  });
});
