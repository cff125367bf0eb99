import { expect } from "chai";
import fc from "fast-check";
import { awsProblem } from "../../cli/awsProblem.ts";
import { preflight } from "../../cli/collect/preflight.ts";
import type { Scope } from "../../cli/collect/scope.ts";
import { coverageTable } from "../../cli/coverageTable.ts";
import { phaseLines, progressLine } from "../../cli/progress.ts";
import { RunCount, summaryText } from "../../cli/runSummary.ts";
import { harmless } from "../../cli/terminal.ts";
import { deskPlan } from "../../src/desk/deskPlan.ts";
import type { Manifest } from "../../src/evidence/manifest.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import { declaredCatalog } from "../../src/tables/declaredCatalog.ts";

/** Clears the screen, begins a line of its own, turns the reading order, and is of both kinds of control characters. */
const HOSTILE = "eve\u001b[2J\nrights     all\r\u202egpj\u009b1A\u2028\u200b\u0007";
/** What steers a terminal; the line ends are the text's own. */
const STEERS = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const outcome = (more: Partial<Outcome>): Outcome => ({
  auditor: "rds",
  account_id: "111111111111",
  region: "eu-central-1",
  status: "denied",
  counts: {},
  errors: [],
  calls: 1,
  retries: 0,
  ms: 1,
  ...more,
});

async function preflightOf(name: string): Promise<string[]> {
  const scope = {
    callers: [
      {
        account: "111111111111",
        // Of a federated user no policies are asked for.
        arn: `arn:aws:sts::111111111111:federated-user/${name}`,
        partition: "aws",
        region: "eu-central-1",
        clockOffset: 0,
      },
    ],
    role: undefined,
    accounts: ["111111111111"],
    excluded: [],
    catalog: await declaredCatalog(["sqs"]),
    services: 1,
    regions: [`eu-${name}`],
    open: new Set([`eu-${name}`]),
    narrowed: [],
  } as unknown as Scope;
  const plan = deskPlan({ ...scope, caller: scope.callers[0], toolVersion: "1.0.0" }, new Date(0));
  return preflight("evidence", scope, plan);
}

async function summaryOf(name: string): Promise<string> {
  const count = new RunCount();
  const commits = (async function* () {
    yield { task: "t", outcomes: [outcome({ region: name })], objects: [] } as unknown as TaskOutcome;
  })();
  for await (const _ of count.through(commits));
  const manifest = { tasks: [], missing: [], totals: { calls: 1, retries: 0 } } as unknown as Manifest;
  return summaryText(count.summary(manifest, 1), false);
}

describe("names from AWS on a terminal", () => {
  it("stay on their line before the first call", async () => {
    const [plain, hostile] = [await preflightOf("eve"), await preflightOf(HOSTILE)];
    expect(hostile).to.have.lengthOf(plain.length);
    for (const line of hostile) expect(line).not.to.match(STEERS).and.not.to.include("\n");
    expect(hostile[0]).to.include("eve\\u{1b}[2J\\u{a}rights");
  });

  it("stay on their line in the coverage, its head and its reasons", async () => {
    const lines = async (name: string) => {
      const all = (async function* () {
        yield outcome({
          auditor: name,
          account_id: name,
          errors: [
            {
              operation: "DescribeDBInstances",
              resource_type: "AWS::RDS::DBInstance",
              status: "denied",
              incomplete: "resources",
              code: "AccessDenied",
              message: name,
              times: 1,
            },
          ],
        });
      })();
      return coverageTable(all, [{ name, global: [], regional: ["AWS::RDS::DBInstance"] }]);
    };
    const hostile = await lines(HOSTILE);
    expect(hostile).not.to.match(STEERS);
    expect(hostile.split("\n")).to.have.lengthOf((await lines("eve")).split("\n").length);
  });

  it("stay on their line in a run's summary", async () => {
    const hostile = await summaryOf(HOSTILE);
    expect(hostile).to.include("eve\\u{1b}").and.not.to.match(STEERS);
    expect(hostile.split("\n")).to.have.lengthOf((await summaryOf("eve")).split("\n").length);
  });

  for (const [what, error] of [
    ["a refusal", { name: "AccessDenied", $metadata: { httpStatusCode: 403 } }],
    ["any other answer", { name: `Odd${HOSTILE}`, $metadata: { httpStatusCode: 400 } }],
    ["a connection", { name: "Error", code: "ECONNREFUSED" }],
    ["a profile", { name: "CredentialsProviderError" }],
  ] as const)
    it(`stay on their line in an error of ${what}`, () => {
      const { message } = awsProblem(Object.assign(new Error(HOSTILE), error), { AWS_PROFILE: "dev" });
      expect(message).not.to.match(STEERS).and.not.to.include("\n");
      expect(message).to.include("eve\\u{1b}[2J");
    });

  for (const isTTY of [true, false])
    it(`stay on their line in progress, ${isTTY ? "on" : "without"} a terminal`, () => {
      const written: string[] = [];
      let now = 0;
      const stream = { isTTY, write: (text: string) => written.push(text) };
      const line = progressLine(stream, () => now);
      phaseLines(stream)(HOSTILE);
      now = 60_000;
      line(HOSTILE, 1, 2);
      const text = written.join("").replace("\r\u001b[K", "");
      expect(text).to.include("eve\\u{1b}");
      expect(text).not.to.match(STEERS);
    });

  it("mean the same in JSON, whatever is written", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: "binary" }), (value, text) => {
        const json = JSON.stringify({ value, text: `${text}${HOSTILE}` });
        expect(harmless(json)).not.to.match(STEERS);
        expect(JSON.parse(harmless(json))).to.deep.equal(JSON.parse(json));
      }),
    );
  });

  it("leave lines and tabs of a text as they are", () => {
    expect(harmless("a\tb\nc ─ é 🙂")).to.equal("a\tb\nc ─ é 🙂");
  });
});
