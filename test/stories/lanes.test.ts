import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { handedIn } from "../../estate/handedIn.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { deskPlan } from "../../src/desk/deskPlan.ts";
import { laneModule } from "../../src/desk/laneModule.ts";
import { type LaneStart, startLanes } from "../../src/desk/lanes.ts";
import type { Plan } from "../../src/evidence/plan.ts";
import { declaredCatalog } from "../../src/tables/declaredCatalog.ts";

use(chaiAsPromised);

const ACCOUNT = "111111111111";
const ARN = `arn:aws:iam::${ACCOUNT}:root`;

describe("threads that read from a desk", function () {
  this.timeout(120_000);
  const root = mkdtempSync(join(tmpdir(), "lanes-"));
  const { AWS_ENDPOINT_URL: endpoint } = process.env;
  let sandbox: RunningSandbox;
  let plan: Plan;
  let bundled: URL;

  before(async () => {
    sandbox = await startSandbox({ ...handedIn, folder: join(root, "sandbox"), port: 0 });
    process.env.AWS_ENDPOINT_URL = sandbox.endpoint;
    const catalog = await declaredCatalog(["s3", "rds", "messaging"]);
    const of = { accounts: [ACCOUNT], excluded: [], regions: ["eu-west-1", "us-east-1"], narrowed: [] };
    plan = deskPlan({ ...of, catalog, caller: { arn: ARN }, toolVersion: "test" }, new Date());
    bundled = await laneModule();
  });
  after(async () => {
    if (endpoint === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = endpoint;
    await sandbox.stop();
    rmSync(root, { recursive: true });
  });

  /** What a collection's threads are made with and tell. */
  const started = (start: LaneStart) => {
    const data = {
      plan,
      auditors: plan.auditors.map(({ name }) => name),
      folder: mkdtempSync(join(root, "evidence-")),
      access: { partition: "aws", callerArn: ARN, own: [ACCOUNT] },
      account: ACCOUNT,
      homeRegion: "eu-west-1",
      digestKey: "key",
      apiShare: 1,
      clockOffset: 0,
    };
    return startLanes(start, data, {
      open: async () => ({ accessKeyId: ACCOUNT, secretAccessKey: "sandbox" }),
      ended: (error) => expect.fail(error.message),
      finished: () => undefined,
      stop: new AbortController().signal,
    });
  };

  /** What became of each planned item, and how much there was. */
  async function read(start: LaneStart) {
    const lanes = started(start);
    try {
      const commits = await Promise.all(plan.tasks.map(lanes.read));
      return commits
        .flatMap(({ outcomes }) => outcomes)
        .map(({ auditor, region, status, counts }) => ({ auditor, region, status, counts }))
        .sort((a, b) => (`${a.auditor} ${a.region}` < `${b.auditor} ${b.region}` ? -1 : 1));
    } finally {
      await lanes.close();
    }
  }

  it("start from a bundle, which is made once", async () => {
    expect(bundled.pathname).to.match(/\/dist\/lanes\/[0-9a-f]{16}\/laneThread\.mjs$/);
    const { mtimeMs } = statSync(fileURLToPath(bundled));
    expect((await laneModule()).href).to.equal(bundled.href);
    expect(statSync(fileURLToPath(bundled)).mtimeMs).to.equal(mtimeMs);
  });

  it("read the same, however many there are, from the bundle and from the sources", async () => {
    const one = await read({ count: 1, module: bundled });
    expect(one).to.have.length(new Set(one.map(({ auditor, region }) => `${auditor} ${region}`)).size);
    expect(new Set(one.map(({ status }) => status))).to.deep.equal(new Set(["collected"]));
    expect(one.flatMap(({ counts }) => Object.values(counts)).some((count) => count > 0)).to.equal(true);
    expect(await read({ count: 3, module: bundled })).to.deep.equal(one);
    const sources = new URL("../../src/desk/lane.mjs", import.meta.url);
    expect(await read({ count: 2, module: sources })).to.deep.equal(one);
  });

  it("say so where they need more memory than they may take", async () => {
    const greedy = join(root, "greedy.mjs");
    writeFileSync(greedy, "const all = []; for (;;) all.push(new Array(1_000).fill(Math.random()));");
    const lanes = started({ count: 1, module: pathToFileURL(greedy), heapMegabytes: 16 });
    await expect(lanes.read(plan.tasks[0]!)).to.be.rejectedWith(/needs more than 16 MB. What was read stays/);
    await lanes.close();
  });
});
