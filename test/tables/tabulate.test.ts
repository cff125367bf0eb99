import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { evidenceKey, LATEST_KEY, latestKey, tableKey } from "../../src/evidence/layout.ts";
import { sha256 } from "../../src/evidence/plan.ts";
import { duckDBEngine } from "../../src/query/duckdb.ts";
import { rowsOf } from "../../src/query/engine.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { EvidenceError } from "../../src/tables/evidenceItems.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { type TableProblem, verifyTables } from "../../src/tables/verifyTables.ts";
import { FIRST_RUN, folder, folderForEachTest, type RunSpec, SECOND_RUN, writeRun } from "./sealedFolder.ts";

use(chaiAsPromised);

// One whose items the runs have, and one of which they have nothing.
const auditors = await loadAuditors(["rds", "iam"]);
const catalog = catalogOf(auditors);

/** Writes a run, derives its tables and answers a query over them. */
async function tabulated(spec: RunSpec): Promise<void> {
  const { run_id } = await writeRun(folder(), spec);
  const objects = folderObjects(folder());
  const sealed = await readSealedRun(objects, run_id, "2026-11-24");
  await tabulate(objects, sealed!, catalog);
}
async function ask(sql: string, warn?: (message: string) => void) {
  const engine = await duckDBEngine({ folder: folder(), catalog, ...(warn ? { warn } : {}) });
  try {
    return await rowsOf(await engine.query(sql));
  } finally {
    await engine.close();
  }
}

describe("tables", () => {
  folderForEachTest();

  it("hold each resource's members in typed columns, with the place in the evidence that says so", async () => {
    await tabulated({
      items: [
        {
          resource_id: "orders",
          tags: { team: "shop", "": "empty key" },
          unread: { ListTagsForResource: "AccessDenied" },
          configuration: {
            DBInstanceIdentifier: "orders",
            AllocatedStorage: 20,
            MultiAZ: true,
            InstanceCreateTime: "2026-01-02T03:04:05.678Z",
            Endpoint: { Address: "orders.example", Port: 5432 },
            EnabledCloudwatchLogsExports: ["audit", "error"],
            VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1", Status: "active" }],
            ReadReplicaDBInstanceIdentifiers: [],
          },
        },
        { resource_id: "empty", tags: null },
      ],
    });
    const [orders, empty] = await ask(
      `SELECT resource_id, tags, unread, evidence_object, evidence_line, allocated_storage, multi_az, instance_create_time,
              json_extract_scalar(endpoint, '$.Address') AS host, enabled_cloudwatch_logs_exports AS exports,
              json_extract_scalar(vpc_security_groups[1], '$.VpcSecurityGroupId') AS "group",
              cardinality(read_replica_db_instance_identifiers) AS replicas,
              json_extract_scalar(configuration, '$.Endpoint.Port') AS port
       FROM aws_rds_dbinstance ORDER BY evidence_line`,
    );
    expect(orders).to.deep.equal({
      resource_id: "orders",
      tags: { team: "shop", "": "empty key" },
      unread: { ListTagsForResource: "AccessDenied" },
      evidence_object: evidenceKey("AWS::RDS::DBInstance", FIRST_RUN, "2026-11-24", "rds-0000", "a"),
      evidence_line: 1,
      allocated_storage: 20,
      multi_az: true,
      instance_create_time: "2026-01-02T03:04:05.678Z",
      host: "orders.example",
      exports: ["audit", "error"],
      group: "sg-1",
      replicas: 0,
      port: "5432",
    });
    expect(empty).to.include({ resource_id: "empty", tags: null, evidence_line: 2, multi_az: null, replicas: null });
  });

  it("are there for types of which nothing was found", async () => {
    await tabulated({});
    expect(await ask("SELECT count(*) AS n FROM latest_aws_iam_role")).to.deep.equal([{ n: 0 }]);
  });

  it("tell of the run, its outcomes and its gaps by resource type", async () => {
    await tabulated({
      regions: ["eu-central-1", "us-east-1"],
      outcome: ({ region }) =>
        region === "us-east-1"
          ? {
              status: "denied",
              errors: [
                {
                  operation: "DescribeDBClusters",
                  resource_type: "AWS::RDS::DBCluster",
                  code: "AccessDenied",
                  message: "no",
                  action: "rds:DescribeDBClusters",
                  times: 1,
                },
                {
                  operation: "ListTagsForResource",
                  resource_type: "AWS::RDS::DBProxy",
                  code: "AccessDenied",
                  message: "no",
                  times: 3,
                },
              ],
            }
          : undefined,
    });
    expect(await ask("SELECT run_id, planned, complete FROM runs")).to.deep.equal([
      { run_id: FIRST_RUN, planned: 2, complete: true },
    ]);
    expect(
      await ask("SELECT region, resource_type, status, listed, action, times FROM gaps ORDER BY resource_type"),
    ).to.deep.equal([
      {
        region: "us-east-1",
        resource_type: "AWS::RDS::DBCluster",
        status: "denied",
        listed: false,
        action: "rds:DescribeDBClusters",
        times: 1,
      },
      {
        region: "us-east-1",
        resource_type: "AWS::RDS::DBProxy",
        status: "denied",
        listed: true,
        action: null,
        times: 3,
      },
    ]);
  });

  it("say of an account that could not be entered that nothing is known of any type", async () => {
    await tabulated({
      outcome: () => ({
        status: "denied",
        errors: [{ operation: "AssumeRole", code: "AccessDenied", message: "no", times: 1 }],
      }),
    });
    const gaps = await ask("SELECT resource_type, listed FROM gaps");
    expect(gaps).to.have.length(auditors.find(({ name }) => name === "rds")!.services[0]!.collectors.length);
    expect(gaps.every(({ listed }) => listed === false)).to.equal(true);
  });

  it("show the latest run under latest_, and an older one that is derived later does not replace it", async () => {
    await tabulated({ run: SECOND_RUN, items: [{ resource_id: "new" }] });
    await tabulated({ run: FIRST_RUN, items: [{ resource_id: "old" }, { resource_id: "gone" }] });
    expect(await ask("SELECT resource_id FROM latest_aws_rds_dbinstance")).to.deep.equal([{ resource_id: "new" }]);
    expect(await ask("SELECT count(*) AS n FROM aws_rds_dbinstance")).to.deep.equal([{ n: 3 }]);
    expect(await readFile(join(folder(), latestKey("aws_rds_dbinstance")))).to.deep.equal(
      await readFile(join(folder(), tableKey("aws_rds_dbinstance", SECOND_RUN, "2026-11-24"))),
    );
  });

  it("show the latest run of everything under latest_, not one that was narrowed after it, and say so", async () => {
    await tabulated({ items: [{ resource_id: "whole" }] });
    await tabulated({ run: SECOND_RUN, narrowed: ["regions"], items: [{ resource_id: "some" }] });
    const warned: string[] = [];
    const asked = await ask("SELECT resource_id FROM latest_aws_rds_dbinstance", (message) => warned.push(message));
    expect(asked).to.deep.equal([{ resource_id: "whole" }]);
    expect(warned).to.deep.equal([
      `answers show the latest full run, ${FIRST_RUN}; narrowed runs since: ${SECOND_RUN} (regions). Use --run <id> to query another run.`,
    ]);
    expect(await readFile(join(folder(), latestKey("aws_rds_dbinstance")))).to.deep.equal(
      await readFile(join(folder(), tableKey("aws_rds_dbinstance", FIRST_RUN, "2026-11-24"))),
    );
    const engine = await duckDBEngine({ folder: folder(), catalog, run: SECOND_RUN });
    expect(engine).to.deep.include({ latest: SECOND_RUN, narrowed: ["regions"] });
    await engine.close();
  });

  it("say that the newest sealed run has none yet", async () => {
    const warned: string[] = [];
    const count = () => ask("SELECT count(*) AS n FROM latest_aws_rds_dbinstance", (message) => warned.push(message));
    await tabulated({ items: [{ resource_id: "old" }] });
    expect(await count()).to.deep.equal([{ n: 1 }]);
    expect(warned).to.deep.equal([]);
    await writeRun(folder(), { run: SECOND_RUN, items: [{ resource_id: "new" }] });
    expect(await count()).to.deep.equal([{ n: 1 }]);
    expect(warned).to.deep.equal([
      `run ${SECOND_RUN} is sealed but has no tables yet, so answers don't include it. They are made after each run; itaudit tables build ${SECOND_RUN} makes them now.`,
    ]);
  });

  it("show a narrowed run under latest_ where there is no other, till one of everything is there", async () => {
    const latest = () => readFile(join(folder(), latestKey("aws_rds_dbinstance")));
    await tabulated({ run: SECOND_RUN, narrowed: ["accounts"], items: [{ resource_id: "some" }] });
    const some = await latest();
    expect(await ask("SELECT resource_id FROM latest_aws_rds_dbinstance")).to.deep.equal([{ resource_id: "some" }]);
    // Tables can be derived in any order: the earlier run of everything takes its place.
    await tabulated({ items: [{ resource_id: "whole" }] });
    expect(await ask("SELECT resource_id FROM latest_aws_rds_dbinstance")).to.deep.equal([{ resource_id: "whole" }]);
    expect(await latest()).not.to.deep.equal(some);
  });

  it("leave nothing of the run before in the latest tables", async () => {
    await tabulated({ run: FIRST_RUN, items: [{ resource_id: "old" }] });
    await tabulated({ run: SECOND_RUN });
    const reader = await readFile(join(folder(), latestKey("aws_rds_dbinstance")));
    expect(reader.length).to.be.greaterThan(0);
    expect(await ask("SELECT * FROM latest_aws_rds_dbinstance")).to.deep.equal([]);
  });

  it("are exchanged as a whole after an exchange that did not end", async () => {
    const latest = async () => [
      ...(await parquetReadObjects({
        file: await asyncBufferFromFile(join(folder(), latestKey("aws_rds_dbinstance"))),
      })),
    ];
    await tabulated({ run: FIRST_RUN });
    await tabulated({ run: SECOND_RUN, items: [{ resource_id: "half" }] });
    expect(await latest()).to.have.length(1);
    // As the second run's exchange leaves it when it dies: rows of its own, and no word of them.
    await writeFile(join(folder(), LATEST_KEY), JSON.stringify({ run_id: SECOND_RUN, run_date: "2026-11-24" }));
    await tabulated({ run: "01JDT3SAPG0000000000000003" });
    expect(await latest()).to.be.empty;
  });

  it("come out the same, byte for byte, from the same evidence", async () => {
    await tabulated({ items: [{ resource_id: "a" }, { resource_id: "b" }] });
    const file = join(folder(), tableKey("aws_rds_dbinstance", FIRST_RUN, "2026-11-24"));
    const first = await readFile(file);
    await tabulated({ items: [{ resource_id: "a" }, { resource_id: "b" }] });
    expect(await readFile(file)).to.deep.equal(first);
  });

  describe("of evidence that is not as it was sealed are not derived:", () => {
    const few = [{ resource_id: "a" }];
    // Text that compresses little, so that the object is read as a stream.
    const many = Array.from({ length: 3_000 }, (_, index) => ({ resource_id: `a-${sha256(String(index))}` }));
    for (const [size, items] of [
      ["a small object", few],
      ["a large one", many],
    ] as const)
      for (const [what, change, problem] of [
        [
          "with other bytes",
          (bytes: Buffer) => gzipSync(gunzipSync(bytes), { level: 0 }),
          /not those that the manifest/,
        ],
        ["cut short", (bytes: Buffer) => bytes.subarray(0, -20), /cannot be read/],
        ["that is no archive", (bytes: Buffer) => gunzipSync(bytes), /cannot be read/],
        ["that is missing", () => undefined, /it is missing/],
      ] as const)
        it(`${size} ${what}`, async () => {
          await writeRun(folder(), { items });
          const of = (run: string) => evidenceKey("AWS::RDS::DBInstance", run, "2026-11-24", "rds-0000", "a");
          const path = join(folder(), of(FIRST_RUN));
          const changed = change(await readFile(path));
          if (changed) await writeFile(path, changed);
          else await rm(path);
          const objects = folderObjects(folder());
          const sealed = await readSealedRun(objects, FIRST_RUN, "2026-11-24");
          await expect(tabulate(objects, sealed!, catalog)).to.be.rejectedWith(EvidenceError, problem);
          expect(await objects.read(tableKey("aws_rds_dbinstance", FIRST_RUN, "2026-11-24"))).to.equal(undefined);
        });
  });

  it("of a run that is not sealed, or of another manifest, are left out with a word", async () => {
    await tabulated({ items: [{ resource_id: "a" }] });
    await writeRun(folder(), { items: [{ resource_id: "a" }], outcome: () => ({ ms: 2 }) });
    const warned: string[] = [];
    expect(await ask("SELECT * FROM aws_rds_dbinstance", (message) => warned.push(message))).to.deep.equal([]);
    expect(warned.join("\n")).to.match(/not derived from the manifest that stands/);
  });
});

describe("verifying tables", () => {
  folderForEachTest();
  const KEY = tableKey("aws_rds_dbinstance", FIRST_RUN, "2026-11-24");
  const problems = async (): Promise<TableProblem[]> => {
    const objects = folderObjects(folder());
    const sealed = await readSealedRun(objects, FIRST_RUN, "2026-11-24");
    const found: TableProblem[] = [];
    for await (const each of verifyTables(objects, sealed!, catalog)) found.push(each);
    return found;
  };

  it("finds nothing in what was derived", async () => {
    await tabulated({ items: [{ resource_id: "a" }] });
    expect(await problems()).to.deep.equal([]);
  });

  for (const [what, spoil, problem] of [
    ["is missing", (path: string) => rm(path), { key: KEY, problem: "missing" }],
    [
      "has other rows",
      async (path: string) => {
        const bytes = await readFile(path);
        // Somewhere in the data, which begins the file.
        bytes[40]! ^= 1;
        await writeFile(path, bytes);
      },
      { key: KEY, problem: "altered" },
    ],
    [
      "has no place in the run",
      (path: string) => copyFile(path, path.replace(".parquet", "-2.parquet")),
      { key: KEY.replace(".parquet", "-2.parquet"), problem: "unknown" },
    ],
  ] as const) {
    it(`names a file that ${what}`, async () => {
      await tabulated({ items: [{ resource_id: "target-db" }] });
      await spoil(join(folder(), KEY));
      expect(await problems()).to.deep.equal([problem]);
    });
  }

  it("names files that were derived from another manifest", async () => {
    await tabulated({});
    await writeRun(folder(), { outcome: () => ({ ms: 2 }) });
    expect(new Set((await problems()).map(({ problem }) => problem))).to.deep.equal(new Set(["of another manifest"]));
  });
});

describe("DuckDB", () => {
  folderForEachTest();

  for (const [what, sql, problem] of [
    ["reads a file elsewhere", "SELECT * FROM read_text('/etc/passwd')", /disabled|not allowed|Permission/i],
    ["reads evidence itself", "SELECT * FROM read_text('FOLDER/evidence/x')", /disabled|not allowed|Permission/i],
    [
      "asks the network",
      "SELECT * FROM read_parquet('https://example.com/a.parquet')",
      /disabled|not allowed|Permission|extension/i,
    ],
    ["writes", "COPY (SELECT 1) TO 'FOLDER/tables/x.csv'", /only a query that reads/],
    ["changes settings", "SET enable_external_access = true", /only a query that reads/],
    ["has two statements", "SELECT 1; SELECT 2", /one query at a time/],
  ] as const) {
    it(`refuses a query that ${what}`, async () => {
      await tabulated({});
      await expect(ask(sql.replace("FOLDER", folder()))).to.be.rejectedWith(problem);
    });
  }

  for (const [sql, place] of [
    ["SELECT nope\nFROM runs", "line 1:8  SELECT nope\n                 ^"],
    ["SELECT *\nFROM runs\nWHERE\tplaned > 0", "line 3:7  WHERE\tplaned > 0\n               \t^"],
    ["SELECT 1 FROM latest_rds_dbinstances", "Is it latest_aws_rds_dbinstance, "],
    ["SELECT '€', nope", "line 1:13  SELECT '€', nope\n                       ^"],
    ["SELEC 1", "line 1:1  SELEC 1\n          ^"],
    [`SELECT ${"run_id, ".repeat(40)}nope FROM runs`, "line 1:328"],
  ] as const) {
    it(`points at the place of an error: ${sql.slice(0, 40)}`, async () => {
      await tabulated({});
      await expect(ask(sql)).to.be.rejectedWith(place);
    });
  }
});
