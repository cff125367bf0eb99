import { IAMClient } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox } from "../../sandbox/core.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import { isRefusal, roleFacts } from "../../src/doctor/accountFacts.ts";
import { deployed } from "../stories/system.ts";

const MEMBER = "111111111111";
const ROLE = "audit-cross-account-access-role";

describe("the role's policy on itself", () => {
  it("is what reading the role and its policies takes, of no other role, and nothing spare", async () => {
    const state = await deployed(1, [
      {
        account: MEMBER,
        config: { kind: "member", auditAccountId: AUDIT_ACCOUNT, externalId: "an-external-id", auditors: "rds" },
      },
    ]);
    const invoke = { now: async () => ({ payload: null }), later: () => undefined };
    const sandbox = createSandbox(state, {
      ...handedIn,
      now: () => Date.UTC(2026, 10, 24),
      random: randomOf("self"),
      invoke,
    });
    const iam = new IAMClient({
      requestHandler: inProcess(sandbox) as never,
      region: "eu-central-1",
      credentials: { accessKeyId: `${MEMBER}.${ROLE}`, secretAccessKey: "sandbox" },
    });
    const role = state.roles.get(`arn:aws:iam::${MEMBER}:role/${ROLE}`)!;
    const [name, whole] = [...role.inline][0]!;
    const { Statement } = JSON.parse(whole) as { Statement: { Action: string[]; Resource: string | string[] }[] };
    expect(Statement.map(({ Resource }) => Resource)).to.deep.equal([role.Arn, [...role.attached]]);
    /** What the role could not read of itself. */
    const refused = async (): Promise<string> => {
      const facts = await roleFacts(iam, ROLE);
      if (isRefusal(facts)) return facts.message;
      const documents = [...facts.attached, ...facts.inline].map(({ document }) => document);
      return documents.flatMap((each) => (typeof each === "string" ? [] : [each.message])).join("; ");
    };
    expect(await refused()).to.equal("");
    for (const action of Statement.flatMap(({ Action }) => Action)) {
      const without = Statement.map((each) => ({ ...each, Action: each.Action.filter((one) => one !== action) }));
      role.inline.set(name, JSON.stringify({ Statement: without }));
      expect(await refused(), action).to.include(`not authorized to perform: ${action} on`);
    }
    role.inline.set(name, whole);
    const other = await roleFacts(iam, "another-role");
    expect(isRefusal(other) && other.code).to.equal("AccessDenied");
  });
});
