import { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { estimate } from "../../cli/costEstimate.ts";
import { RunCount } from "../../cli/runSummary.ts";
import { latestRun } from "../../cli/runs.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { plannedAuditor } from "../../src/auditors/collector.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { readCommits } from "../../src/evidence/readCommits.ts";
import { runStore } from "../../src/evidence/store.ts";
import { deployed, REGION, type System, systemOver } from "../stories/system.ts";
import { itaudit } from "./itaudit.ts";

const MEMBERS = ["111111111111"];
const REGIONS = ["eu-central-1"];
const AUDITORS = ["rds", "iam", "s3"];
const BUCKET = "evidence-cost";

const supposed = { msPerItem: 300, memory: 1024, objectsPerTask: 10, bytesPerAccount: 20_000, queriesPerDay: 0 };

describe("what a run will cost", () => {
  it("grows with accounts and regions, and by request with tasks alone", async () => {
    const auditors = (await loadAuditors(AUDITORS)).map(plannedAuditor);
    const of = (accounts: number, regions: number) =>
      estimate({ accounts, regions, auditors, runsPerDay: 1, ...supposed });
    const [small, wide, large] = [of(10, 10), of(10, 20), of(100, 10)];
    // Only RDS is regional of these.
    expect([small, wide, large].map((each) => each.planned_items)).to.deep.equal([120, 220, 1200]);
    expect(large.a_run.lambda.dollars / small.a_run.lambda.dollars).to.be.closeTo(10, 0.1);
    expect(wide.a_run.s3).to.deep.equal(small.a_run.s3);
    expect(small.a_month.lambda).to.be.closeTo(30 * small.a_run.lambda.dollars, 1e-12);
    expect(small.a_month.all).to.be.greaterThan(1);
    const { all, ...parts } = small.a_month;
    expect(Object.values(parts).reduce((sum, each) => sum + each, 0)).to.be.closeTo(all, 1e-9);
  });

  it("counts what stands when nothing runs: below three dollars a month", async () => {
    const { standing, a_month } = estimate({ accounts: 1, regions: 1, auditors: [], runsPerDay: 0, ...supposed });
    expect(standing.all).to.be.within(1, 3);
    expect(a_month.all).to.be.closeTo(standing.all, 1e-9);
  });

  it("counts the events that the members get of a run's calls, and what further readers of them cost", async () => {
    const auditors = [
      { name: "rds", global: ["AWS::IAM::Role"], regional: ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"] },
    ];
    const { members } = estimate({ accounts: 10, regions: 4, auditors: auditors as never, runsPerDay: 2, ...supposed });
    expect(members.calls_a_run).to.equal(10 * (1 + 2 * 4));
    expect(members.calls_a_month).to.equal(90 * 60);
    expect(members.second_trail).to.be.closeTo((5400 / 100_000) * 2, 1e-9);
  });

  it("says how to ask without a deployment, where the deployed accounts cannot be read", async () => {
    const env = { ...process.env, AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_REGION: REGION };
    const keys = { AWS_ACCESS_KEY_ID: AUDIT_ACCOUNT, AWS_SECRET_ACCESS_KEY: "x" };
    const { code, stdout, stderr } = await itaudit(["cost"], { ...env, ...keys });
    expect([code, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.match(/--accounts is not given, .*nothing answers at .* itaudit cost --accounts 500\n$/);
  }).timeout(30_000);

  describe("against a run", function () {
    this.timeout(300_000);
    let system: System;

    before(async () => {
      const common = { externalId: "an-external-id", auditors: AUDITORS.join(",") };
      const members = MEMBERS.map((account) => ({
        account,
        config: { ...common, kind: "member", auditAccountId: AUDIT_ACCOUNT },
      }));
      const audit = {
        ...common,
        kind: "audit",
        accounts: MEMBERS.join(","),
        regions: REGIONS.join(","),
        bucketName: BUCKET,
        schedule: "off",
        catalog: "false",
      };
      system = systemOver(await deployed(1, [{ account: AUDIT_ACCOUNT, config: audit }, ...members]));
      // The second of two runs: the first has none before it in the chain.
      await system.run("audit-boss", {});
      system.requests.length = 0;
      await system.run("audit-boss", {});
      expect(system.trouble).to.deep.equal([]);
    });

    it("counts the requests that the run made", async () => {
      const requests = [...system.requests];
      const credentials = { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" };
      const s3 = new S3Client({
        region: REGION,
        credentials,
        forcePathStyle: true,
        requestHandler: inProcess(system.sandbox) as never,
      });
      const store = runStore(s3, BUCKET);
      const { run, date } = await latestRun(store.source);
      const { manifest } = (await store.readManifest(run, date))!;
      const count = new RunCount();
      for await (const _ of count.through(readCommits(store.source, manifest)));
      const measured = count.summary(manifest, manifest.tasks.length).cost;
      const auditors = (await loadAuditors(AUDITORS)).map(plannedAuditor);
      const planned = estimate({
        accounts: MEMBERS.length,
        regions: REGIONS.length,
        auditors,
        runsPerDay: 1,
        ...supposed,
        objectsPerTask: manifest.totals.objects / manifest.tasks.length,
      });
      expect(planned.planned_items).to.equal(manifest.totals.planned);
      expect(planned.a_run.s3).to.include({ writes: measured.s3.writes, reads: measured.s3.reads });
      expect(planned.a_run.lambda.requests).to.equal(measured.lambda.requests);
      expect(planned.a_run.kms.requests).to.equal(measured.kms.requests);

      // Of the run's own requests; a member account's S3 is in them too, by its buckets' names.
      const toEvidence = requests.filter((each) => each.includes(`/${BUCKET}`) || each.includes(` ${BUCKET}.`));
      const listings = toEvidence.filter((each) => /GET \S+ \/[\w-]*\/?$/.test(each)).length;
      const written = toEvidence.filter((each) => / (PUT|POST) /.test(each)).length + listings;
      const read = toEvidence.filter((each) => / GET /.test(each)).length - listings;
      const invoked = requests.filter((each) => /POST lambda\./.test(each)).length + 1;
      const signed = requests.filter((each) => /POST kms\./.test(each)).length;
      expect({ written, read, invoked, signed }).to.deep.equal({
        written: planned.a_run.s3.writes,
        read: planned.a_run.s3.reads,
        invoked: planned.a_run.lambda.requests,
        signed: planned.a_run.kms.requests,
      });
    });
  });
});
