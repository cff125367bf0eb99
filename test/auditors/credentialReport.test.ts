import { Readable } from "node:stream";
import { expect } from "chai";
import { iam } from "../../src/auditors/services/iam.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { readItem } from "../../src/collect/resources.ts";
import type { Item } from "../../src/evidence/item.ts";

const TYPE = "AWS::IAM::CredentialReport";
const report = "user,password_last_used\nalice,no_information\n";
const result = (operation: string, inside: string) =>
  `<${operation}Response><${operation}Result>${inside}</${operation}Result></${operation}Response>`;
const STARTED = result("GenerateCredentialReport", "<State>STARTED</State>");
const READY = result(
  "GetCredentialReport",
  `<Content>${Buffer.from(report).toString("base64")}</Content><ReportFormat>text/csv</ReportFormat>`,
);
const refusal = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>Not yet</Message></Error></ErrorResponse>`;

describe("IAM's credential report", () => {
  /** @param answers what AWS answers with, the last one again and again */
  async function read(answers: [status: number, body: string][]) {
    const waits: number[] = [];
    const requestHandler = {
      handle: async () => {
        const [statusCode, body] = answers.length > 1 ? answers.shift()! : answers[0]!;
        return { response: { statusCode, headers: { "content-type": "text/xml" }, body: Readable.from([body]) } };
      },
    };
    const builder = new OutcomeBuilder({ auditor: "iam", account_id: "111111111111", region: "global" }, () => 0);
    const items: Item[] = [];
    await readItem(
      {
        name: "iam",
        services: [{ ...iam, collectors: iam.collectors.filter(({ type }) => type === TYPE) }],
      },
      {
        runId: "run",
        partition: "aws",
        item: builder.item,
        clientOf: (Client, region) =>
          new Client({ region, requestHandler, credentials: { accessKeyId: "key", secretAccessKey: "secret" } }),
        homeRegion: "us-east-1",
        budget: (_client, call) => call(() => undefined),
        bucketsFor: () => [],
        builder,
        deadline: new AbortController().signal,
        now: () => 0,
        wait: async (ms) => void waits.push(ms),
        write: async (item) => void items.push(item),
        digestKey: "0123456789abcdef",
      },
    );
    return { item: items[0]!, outcome: builder.outcome(), waited: waits.reduce((sum, ms) => sum + ms, 0) };
  }

  it("is waited for while AWS makes it, as AWS itself says so", async () => {
    const { item, outcome, waited } = await read([
      [200, STARTED],
      [410, refusal("ReportNotPresent")],
      [404, refusal("ReportInProgress")],
      [410, refusal("ReportExpired")],
      [200, READY],
    ]);
    expect(outcome).to.deep.include({ status: "collected", errors: [] });
    expect(waited).to.equal(9_000);
    const { Content } = item.configuration.GetCredentialReport as { Content: Uint8Array };
    expect(Buffer.from(Content).toString()).to.equal(report);
  });

  it("is an outcome, and no end of waiting, where it is never ready", async () => {
    const { item, outcome, waited } = await read([
      [200, STARTED],
      [404, refusal("ReportInProgress")],
    ]);
    expect(waited).to.be.at.most(30_000);
    expect(item.unread).to.deep.equal({ GetCredentialReport: "ReportInProgress" });
    expect(outcome.errors.map(({ code, incomplete }) => [code, incomplete])).to.deep.equal([
      ["ReportInProgress", "details"],
    ]);
  });
});
