import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { type Plan, planRun, sha256 } from "../../src/evidence/plan.ts";
import { checkAccounts } from "../../src/evidence/verification/accounts.ts";
import { planOf, RUN } from "./bucket.ts";

const [FIRST, SECOND, THIRD] = ["100000000001", "100000000002", "100000000003"] as const;

/** What is said of a run that covers an account of an organization, and collected some of its accounts. */
async function said(plan: Plan, collected: readonly string[]): Promise<string[]> {
  const body = gzipSync(collected.map((resource_id) => `${JSON.stringify({ resource_id })}\n`).join(""));
  const object = {
    key: "evidence/x",
    resource_type: "AWS::Organizations::Account",
    bytes: body.length,
    items: collected.length,
    sha256: sha256(body),
  };
  const notices: string[] = [];
  const open = async () => Readable.from([body]);
  await checkAccounts(
    { name: "", open, read: async () => body, folders: async () => [], list: async function* () {} },
    { run: RUN, date: "2026-11-24" },
    {
      addsUp: true,
      violations: [],
      broken: new Set(),
      committedAt: "",
      plan,
      organization: collected.length ? [object] : [],
    },
    {
      violation: () => expect.fail(),
      notice: (kind, key, problem) => notices.push(`${kind} ${key.slice(-9)} ${problem}`),
    },
  );
  return notices;
}

const planned = (organization?: readonly string[]): Plan =>
  planRun({
    runId: RUN,
    startedAt: new Date("2026-11-24T10:00:00Z"),
    requestedBy: "test",
    toolVersion: "0",
    accounts: [FIRST],
    excluded: [{ account_id: SECOND, reason: "account is SUSPENDED" }],
    auditors: [{ name: "iam", global: ["AWS::IAM::User"], regional: [] }],
    regions: ["eu-central-1"],
    organization: organization && { accounts: organization, source: "organizations:ListAccounts" },
  });

describe("the accounts of an organization", () => {
  it("stand in the plan by their number and hash, with those that are not in scope", () => {
    expect(planned([THIRD, SECOND, FIRST]).organization).to.deep.equal({
      accounts: 3,
      sha256: sha256(`${FIRST}\n${SECOND}\n${THIRD}\n`),
      source: "organizations:ListAccounts",
      not_in_scope: [THIRD],
    });
    expect(planOf(1)).not.to.have.property("organization");
  });

  it("are named where the plan lists them and the run does not cover them", async () => {
    expect(await said(planned([FIRST, SECOND, THIRD]), [])).to.deep.equal([
      `accounts plan.json 1 account of the organization was not in scope: ${THIRD} (as organizations:ListAccounts listed them for the plan)`,
    ]);
  });

  it("are named where only the evidence knows of them", async () => {
    expect(await said(planned(), [FIRST, SECOND, THIRD, "100000000004"])).to.deep.equal([
      `accounts plan.json 2 accounts of the organization were not in scope: ${THIRD}, 100000000004 (as the run collected them)`,
    ]);
  });

  it("are told to differ where the evidence has others than the plan", async () => {
    const [differ, ...rest] = await said(planned([FIRST, SECOND]), [FIRST, SECOND, THIRD]);
    expect(differ).to.match(/made with 2 accounts of the organization, and the run collected 3/);
    expect(rest).to.have.length(1);
  });

  it("are not told of where all are in scope or excluded with a reason", async () => {
    expect(await said(planned([FIRST, SECOND]), [FIRST, SECOND])).to.deep.equal([]);
  });
});
