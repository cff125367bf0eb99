import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { loadControls } from "../../src/controls/control.ts";
import { eventBusChannel } from "../../src/notify/channels.ts";
import { messageOf } from "../../src/notify/message.ts";
import type { OpenFinding } from "../../src/notify/notificationState.ts";
import { productOf, securityFinding, securityHubType } from "../../src/notify/securityFinding.ts";
import { postToWebhook, WebhookError } from "../../src/notify/webhook.ts";

use(chaiAsPromised);

const controls = new Map((await loadControls()).map((control) => [control.id, control]));
const RUN = {
  id: "01JDT3SAPG0000000000000001",
  accounts: 2,
  head: { sequence: 7, run_id: "01JDT3SAPG0000000000000001", manifest_sha256: "ab".repeat(32) },
};
const finding = (resource: string, control = "s3-bucket-public-access-blocked"): OpenFinding => ({
  id: resource,
  control,
  account_id: "111111111111",
  region: "eu-central-1",
  resource_id: resource,
  arn: `arn:aws:s3:::${resource}`,
  reason: "Not all four settings are on",
  evidence: [],
  since: RUN.id,
  pending: [],
});
const many = (count: number, control?: string) =>
  Array.from({ length: count }, (_, index) => finding(`bucket-${index}`, control));

describe("a message of new findings", () => {
  it("names the worst, and gives the numbers of the rest", () => {
    const { subject, text, severity } = messageOf(
      [...many(30, "s3-bucket-lifecycle"), finding("open")],
      [],
      controls,
      RUN,
    );
    expect(subject).to.equal("Audit: 31 new findings (1 high, 30 low)");
    expect(severity).to.equal("high");
    expect(text).to.match(
      /\n\nnewest: sequence number 7 in the chain, run 01JDT3SAPG0000000000000001, manifest (ab){32}$/,
    );
    expect(text).to.include("arn:aws:s3:::open in 111111111111, eu-central-1: Not all four settings are on");
    expect(text.match(/^Remedy: /gm)).to.have.length(20);
    expect(text).to.include("And 11 more: 11 low.");
  });

  for (const [found, said] of [
    [[], "Audit: 1 control not evaluated"],
    [[finding("open")], "Audit: 1 new finding (1 high), 1 control not evaluated"],
  ] as const)
    it(`says which control was not evaluated, beside ${found.length} findings`, () => {
      const broken = { control: "s3-bucket-lifecycle", error: "Malformed JSON" };
      const { subject, text, severity } = messageOf(found, [broken], controls, RUN);
      expect(subject).to.equal(said);
      expect(severity).to.equal(found.length ? "high" : "low");
      expect(text).to.match(/^NOT EVALUATED .*\(s3-bucket-lifecycle\): Malformed JSON$/m);
    });

  it("is one summary on the bus where there are more than anybody handles", async () => {
    const sent: { DetailType: string; Detail: string }[] = [];
    const client = { send: async ({ input }: { input: { Entries: typeof sent } }) => void sent.push(...input.Entries) };
    const tell = eventBusChannel({ send: async (each: never) => (await client.send(each)) ?? {} } as never, "default");
    await tell({ found: many(201), ended: [finding("gone")], unevaluated: [], controls, run: RUN });
    expect(sent.map(({ DetailType }) => DetailType)).to.deep.equal([
      "Audit Findings in Numbers",
      "Audit Finding Ended",
    ]);
    expect(JSON.parse(sent[0]!.Detail).by_control).to.deep.equal({ "s3-bucket-public-access-blocked": 201 });
  });
});

describe("a security finding", () => {
  for (const [type, named] of [
    ["AWS::RDS::DBInstance", "AwsRdsDbInstance"],
    ["AWS::S3::Bucket", "AwsS3Bucket"],
    ["AWS::EC2::SecurityGroup", "AwsEc2SecurityGroup"],
    ["AWS::Nowhere::Thing", "Other"],
  ] as const)
    it(`calls ${type} ${named}`, () => {
      expect(securityHubType(type)).to.equal(named);
    });

  it("fits the format's limits for every control", () => {
    const product = productOf("arn:aws:securityhub:eu-central-1:999999999999:product/999999999999/default");
    for (const control of controls.values()) {
      const made = securityFinding(
        { ...finding("b", control.id), reason: "x".repeat(2000) },
        control,
        RUN.id,
        product,
        false,
      );
      expect(made.Title!.length, control.id).to.be.at.most(256);
      expect(made.Description!.length, control.id).to.be.at.most(1024);
      expect(made.Remediation!.Recommendation!.Text!.length, control.id).to.be.at.most(512);
      expect(made.AwsAccountId).to.equal("999999999999");
    }
  });
});

describe("a webhook", () => {
  const ADDRESS = "https://hooks.example.com/services/secret";
  const answers = (...statuses: number[]) => {
    const asked: string[] = [];
    const waited: number[] = [];
    const web = {
      fetch: (async (_url: unknown, request: RequestInit) => {
        asked.push(String(request.body));
        const status = statuses.shift();
        if (status === undefined) throw new TypeError(`fetch failed: ${ADDRESS}`);
        return new Response(null, { status, headers: { "retry-after": "7" } });
      }) as typeof fetch,
      wait: async (ms: number) => void waited.push(ms),
    };
    return { asked, waited, web };
  };

  it("waits as long as it is told, and gets no mention or link out of a name", async () => {
    const { asked, waited, web } = answers(429, 200);
    await postToWebhook(ADDRESS, "<!channel> & more", web);
    expect(waited).to.deep.equal([7000]);
    expect(JSON.parse(asked[1]!)).to.deep.equal({ text: "&lt;!channel&gt; &amp; more" });
  });

  for (const [what, statuses, tries] of [
    ["refuses the message", [404], 1],
    ["stays broken", [500, 502, 503, 500], 4],
    ["does not answer", [], 4],
  ] as const)
    it(`that ${what} is asked ${tries} times, and its address is not in the error`, async () => {
      const { asked, web } = answers(...statuses);
      await expect(postToWebhook(ADDRESS, "text", web))
        .to.be.rejectedWith(WebhookError)
        .and.eventually.have.property("message")
        .that.does.not.include("hooks");
      expect(asked).to.have.length(tries);
    });

  for (const address of ["http://hooks.example.com/x", "file:///etc/passwd", "not an address"])
    it(`is not called at ${address}`, async () => {
      const { asked, web } = answers(200);
      await expect(postToWebhook(address, "text", web)).to.be.rejectedWith(/must start with https/);
      expect(asked).to.be.empty;
    });
});
