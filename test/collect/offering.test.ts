import { AppRunnerClient, ListServicesCommand } from "@aws-sdk/client-apprunner";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { type Collector, reads, type SdkClient } from "../../src/auditors/collector.ts";
import { offeredRegions } from "../../src/collect/facts/offeredRegions.ts";
import { type Offering, offering } from "../../src/collect/offering.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { cluster, read } from "./ecs.ts";

const AWAY = "eu-north-1";
const HERE = "eu-west-1";
const credentials = { accessKeyId: "a", secretAccessKey: "s" };
const clientIn =
  (more: object = {}) =>
  (region: string): SdkClient =>
    new AppRunnerClient({ region, credentials, ...more }) as unknown as SdkClient;

describe("where AWS offers a service", () => {
  const answers = { there: true, none: false, "no answer": undefined } as const;
  type Answer = keyof typeof answers;
  const CASES: [what: string, region: string, away: Answer, elsewhere: Answer, asked: boolean, looked: number][] = [
    ["the list lacks it, and its name has no address, as it has elsewhere", AWAY, "none", "there", false, 2],
    ["its name has an address, though the list lacks it", AWAY, "there", "there", true, 1],
    ["the resolver does not answer", AWAY, "no answer", "there", true, 1],
    ["the resolver does not know the service anywhere", AWAY, "none", "none", true, 2],
    ["the resolver answers for this region alone", AWAY, "none", "no answer", true, 2],
    ["the list has it, whatever the resolver says", HERE, "none", "none", true, 0],
    ["the list does not know the region", "xx-newer-9", "none", "there", true, 0],
  ];
  for (const [what, region, away, elsewhere, asked, looked] of CASES)
    it(`${asked ? "asks" : "does not ask"} where ${what}`, async () => {
      const hosts: string[] = [];
      const offered = offering(async (host) => {
        hosts.push(host);
        return answers[host === `apprunner.${region}.amazonaws.com` ? away : elsewhere];
      });
      const said = await offered({ command: ListServicesCommand }, clientIn(), region);
      expect(said === undefined).to.equal(asked);
      expect(hosts).to.have.length(looked);
    });

  it("says by which list of which day, and looks each name up once", async () => {
    const hosts: string[] = [];
    const offered = offering(async (host) => {
      hosts.push(host);
      return !host.includes(AWAY);
    });
    for (let n = 0; n < 3; n++) {
      const said = await offered({ command: ListServicesCommand }, clientIn(), AWAY);
      expect(said).to.include({ service: "AppRunner" });
      expect(said!.message).to.include(offeredRegions.taken).and.include("botocore");
    }
    expect(hosts).to.have.length(2);
  });

  for (const [what, more] of [
    ["an endpoint of somebody's own", { endpoint: "http://127.0.0.1:1" }],
    ["the same in the environment", {}],
  ] as const)
    it(`asks ${what}`, async () => {
      if (!("endpoint" in more)) process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:1";
      try {
        const offered = offering(async () => expect.fail("nothing is looked up"));
        expect(await offered({ command: ListServicesCommand }, clientIn(more), AWAY)).to.equal(undefined);
      } finally {
        delete process.env.AWS_ENDPOINT_URL;
      }
    });

  it("asks services that the list does not know", async () => {
    const offered = offering(async () => expect.fail("nothing is looked up"));
    const ec2 = (region: string) => new EC2Client({ region, credentials }) as unknown as SdkClient;
    expect(await offered({ command: ListServicesCommand }, ec2, AWAY)).to.equal(undefined);
  });
});

describe("the list of offered regions", () => {
  it("has no region in which a service is told to be missing twice, and leaves each service a region", () => {
    const rows = offeredRegions.rows.map((row) => row.join(" "));
    expect(new Set(rows).size).to.equal(rows.length);
    for (const service of new Set(offeredRegions.rows.map(([name]) => name))) {
      const missing = offeredRegions.rows.filter(([name]) => name === service).map(([, region]) => region);
      expect(
        offeredRegions.regions.some((each) => !(missing as string[]).includes(each)),
        service,
      ).to.equal(true);
      for (const region of missing) expect(offeredRegions.regions as readonly string[]).to.include(region);
    }
  });
});

describe("a type of a service that AWS does not offer in the region", () => {
  const lacks: Offering = async ({ command }) =>
    command === ListClustersCommand ? { service: "ECS", message: "not asked: by a list of 2026-11-20" } : undefined;
  const { from, list } = reads("apprunner");
  const other: Collector = list("AWS::AppRunner::Service", from(ListServicesCommand, "ServiceSummaryList"), {
    id: "ServiceArn",
    arn: "ServiceArn",
  });

  it("is not asked for, and told as not enabled, with a note; the others are read", async () => {
    const answers = { ListServices: () => ({ ServiceSummaryList: [{ ServiceArn: "a" }] }) };
    const { outcome, calls, items } = await read([cluster(), other], answers, { offering: lacks, regionIsOpen: true });
    expect(calls.map(([operation]) => operation)).to.deep.equal(["ListServices"]);
    expect(items).to.have.length(1);
    expect(outcome.status).to.equal("collected");
    expect(typeStatus(outcome, "AWS::ECS::Cluster")).to.equal("not-enabled");
    expect(typeStatus(outcome, "AWS::AppRunner::Service")).to.equal("collected");
    expect(outcome.notes).to.deep.equal([
      { operation: "ECS", code: "NotOffered", message: "not asked: by a list of 2026-11-20", times: 1 },
    ]);
  });

  it("leaves the outcome not enabled where it is all of it, and what is global is asked", async () => {
    const { outcome } = await read([cluster()], {}, { offering: lacks, regionIsOpen: true });
    expect(outcome).to.include({ status: "not-enabled", calls: 0 });
    const global = cluster({ scope: "global" });
    const answers = { ListClusters: () => ({ clusterArns: [] }) };
    const { outcome: whole } = await read([global], answers, { offering: lacks }, "global");
    expect(whole).to.deep.include({ status: "collected", counts: { "AWS::ECS::Cluster": 0 } });
  });

  it("is failed where it is not left out and its name does not resolve", async () => {
    const unresolved = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    for (const regionIsOpen of [true, false]) {
      const { outcome } = await read([cluster()], { ListClusters: () => unresolved }, { regionIsOpen });
      expect(outcome.status).to.equal("failed");
    }
  });
});
