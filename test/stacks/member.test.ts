import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { ConfigError } from "../../stacks/config/value.ts";
import { memberStack } from "../../stacks/member.ts";

describe("the member stack", () => {
  it("asks the audit account's stack for what its own configuration does not say", async () => {
    let trust = "";
    const referred: string[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        if (type === "pulumi:pulumi:StackReference") {
          referred.push(name);
          return {
            id: name,
            state: { outputs: { auditAccountId: "999999999999", externalId: "from-the-audit-stack" } },
          };
        }
        if (type === "aws:iam/role:Role") trust = inputs.assumeRolePolicy;
        return { id: name, state: { ...inputs, arn: `arn:aws:iam::111111111111:role/${name}` } };
      },
      call: () => ({ partition: "aws" }),
    });
    const values: Record<string, string> = { auditStack: "acme/audit-ecosystem/audit", auditors: "iam" };
    await memberStack({ get: (key) => values[key] });
    await pulumi.runtime.disconnect();
    expect(referred).to.deep.equal(["acme/audit-ecosystem/audit"]);
    const [{ Principal, Condition }] = JSON.parse(trust).Statement;
    expect(Principal.AWS).to.equal("arn:aws:iam::999999999999:root");
    expect(Condition.StringEquals).to.deep.equal({ "sts:ExternalId": "from-the-audit-stack" });
  });

  it("makes no rules of AWS Config in the audit account, whose own stack makes them by the same names", async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: () => ({ accountId: "999999999999" }),
    });
    const values: Record<string, string> = {
      auditAccountId: "999999999999",
      externalId: "of-the-audit-stack",
      auditors: "iam",
      configRules: "true",
    };
    const error = await memberStack({ get: (key) => values[key] }).catch((thrown: Error) => thrown);
    await pulumi.runtime.disconnect();
    expect(error).to.be.instanceOf(ConfigError);
    expect((error as Error).message).to.match(/^configRules: true — 999999999999 is the audit account/);
  });
});
