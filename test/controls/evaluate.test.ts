import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { rds } from "../../src/auditors/services/rds.ts";
import { type Control, parseControl } from "../../src/controls/control.ts";
import { evaluation } from "../../src/controls/evaluate.ts";
import type { Verdict } from "../../src/controls/verdict.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";
import { duckDBEngine } from "../../src/query/duckdb.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, folder, folderForEachTest, type RunSpec, writeRun } from "../tables/sealedFolder.ts";
import { everyVerdict } from "./everyVerdict.ts";

use(chaiAsPromised);

const catalog = catalogOf([{ name: "rds", services: [rds] }]);
const DATABASE = "AWS::RDS::DBInstance";
const SNAPSHOT = "AWS::RDS::DBSnapshot";

const head = (more = "") => `-- title: Databases are encrypted at rest
-- severity: high
-- resource: ${DATABASE}
-- rationale: An unencrypted disk is read by whoever gets hold of it.
-- remedy: Restore an encrypted copy.
${more}`;
const control = (sql: string, more = ""): Control => parseControl(`${head(more)}${sql}`, "rds/a-control.sql");
const COLUMNS = "account_id, region, resource_id, arn, evidence_object, evidence_line";
const encrypted = `SELECT ${COLUMNS}, storage_encrypted AS passes, 'not encrypted' AS reason FROM latest_aws_rds_dbinstance`;

async function verdicts(spec: RunSpec, asked: Control): Promise<Verdict[]> {
  await writeRun(folder(), spec);
  const objects = folderObjects(folder());
  await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, catalog);
  const engine = await duckDBEngine({ folder: folder(), catalog });
  try {
    const all: Verdict[] = [];
    for await (const each of everyVerdict(engine, [asked])) all.push(each);
    return all;
  } finally {
    await engine.close();
  }
}

const short = ({ status, account_id, region, resource, reason }: Verdict) =>
  [status, account_id.slice(0, 4), region, resource?.resource_id, reason].filter(Boolean).join(" ");
const listed = (counts: Record<string, number>) => (): Partial<Outcome> => ({ counts });
const denied = (resource_type?: string, operation = "DescribeDBInstances"): Partial<Outcome> => ({
  status: "denied",
  errors: [
    {
      operation,
      code: "AccessDenied",
      message: "no",
      times: 1,
      ...(resource_type ? { resource_type, status: "denied" } : {}),
    },
  ],
});
const auditors = [{ name: "rds", global: [], regional: [DATABASE, SNAPSHOT] }];

describe("a verdict", () => {
  folderForEachTest();

  it("cites the object, its hash, the line and the control's file", async () => {
    const asked = control(encrypted);
    const [found] = await verdicts(
      { auditors, items: [{ configuration: { StorageEncrypted: false } }], outcome: listed({ [DATABASE]: 1 }) },
      asked,
    );
    expect(found).to.include({ status: "fail", reason: "not encrypted", query_sha256: asked.sha256 });
    expect(found?.evidence).to.have.length(1);
    expect(found?.evidence[0]).to.include({ line: 1 });
    expect(found?.evidence[0]?.sha256).to.match(/^[0-9a-f]{64}$/);
    expect(found?.evidence[0]?.object).to.match(/^evidence\//);
    expect(found?.resource).to.deep.equal({
      resource_type: DATABASE,
      resource_id: "orders",
      arn: "arn:aws:rds:eu-central-1:111111111111:db:orders",
      name: "orders",
    });
  });

  for (const [what, spec, more, expected] of [
    [
      "passes and fails resource by resource, and says nothing about what is elsewhere",
      {
        regions: ["eu-central-1", "eu-west-1"],
        items: [
          { resource_id: "a", configuration: { StorageEncrypted: true } },
          { resource_id: "b", configuration: { StorageEncrypted: false } },
        ],
        outcome: ({ region }) => ({ counts: { [DATABASE]: region === "eu-central-1" ? 2 : 0 } }),
      },
      "",
      ["pass 1111 eu-central-1 a", "fail 1111 eu-central-1 b not encrypted", "not-applicable 1111 eu-west-1"],
    ],
    [
      "is unknown where the evidence does not tell",
      { items: [{ configuration: {} }], outcome: listed({ [DATABASE]: 1 }) },
      "",
      [
        "unknown 1111 eu-central-1 orders the evidence does not tell whether this holds: Databases are encrypted at rest",
      ],
    ],
    [
      "is unknown in an account that lets nobody in, and in a region whose listing was denied",
      {
        accounts: ["111111111111", "222222222222"],
        regions: ["eu-central-1", "eu-west-1"],
        outcome: ({ account_id, region }) =>
          account_id === "222222222222"
            ? denied(undefined, "AssumeRole")
            : region === "eu-west-1"
              ? denied(DATABASE)
              : { counts: { [DATABASE]: 0 } },
      },
      "",
      [
        "not-applicable 1111 eu-central-1",
        "unknown 1111 eu-west-1 denied: DescribeDBInstances AccessDenied",
        // Once for the account, and not in each of its regions.
        "unknown 2222 denied: AssumeRole AccessDenied",
      ],
    ],
    [
      "is given for what was listed, and unknown for what the listing did not reach",
      {
        items: [{ configuration: { StorageEncrypted: true } }],
        outcome: () => ({ ...denied(DATABASE), counts: { [DATABASE]: 1 } }),
      },
      "",
      [
        "pass 1111 eu-central-1 orders",
        "unknown 1111 eu-central-1 not all listed: denied: DescribeDBInstances AccessDenied",
      ],
    ],
    [
      "is unknown for the account where no auditor of the run reads the type",
      { auditors: [{ name: "rds", global: [], regional: [SNAPSHOT] }], outcome: listed({ [SNAPSHOT]: 0 }) },
      "",
      [`unknown 1111 ${DATABASE} is read by no auditor of the run`],
    ],
    [
      "is unknown where the outcome neither counts the type nor says what was in the way",
      {
        regions: ["eu-central-1", "eu-west-1"],
        outcome: ({ region }) => (region === "eu-west-1" ? {} : { counts: { [DATABASE]: 0 } }),
      },
      "",
      ["not-applicable 1111 eu-central-1", "unknown 1111 eu-west-1 failed: no outcome tells whether it was read"],
    ],
    [
      "does not apply where the service is not enabled",
      {
        regions: ["eu-central-1", "eu-west-1"],
        outcome: ({ region }) =>
          region === "eu-west-1"
            ? { status: "not-enabled", errors: [{ operation: "X", code: "OptInRequired", message: "no", times: 1 }] }
            : { counts: { [DATABASE]: 0 } },
      },
      "",
      ["not-applicable 1111 eu-central-1", "not-applicable 1111 eu-west-1"],
    ],
    [
      "is neither pass nor fail where a detail it needs was not read",
      {
        items: [
          { resource_id: "a", configuration: { StorageEncrypted: true }, unread: { DescribeIt: "AccessDenied" } },
          { resource_id: "b", configuration: { StorageEncrypted: false }, unread: { DescribeIt: "AccessDenied" } },
          { resource_id: "c", configuration: { StorageEncrypted: true }, unread: { DescribeOther: "AccessDenied" } },
        ],
        outcome: listed({ [DATABASE]: 3 }),
      },
      "-- reads: [DescribeIt]\n",
      [
        "unknown 1111 eu-central-1 a not read: DescribeIt AccessDenied",
        "unknown 1111 eu-central-1 b not read: DescribeIt AccessDenied",
        "pass 1111 eu-central-1 c",
      ],
    ],
    [
      "is unknown where another type it needs was not listed",
      {
        items: [{ configuration: { StorageEncrypted: true } }],
        outcome: () => ({ ...denied(SNAPSHOT, "DescribeDBSnapshots"), counts: { [DATABASE]: 1 } }),
      },
      `-- needs: [${SNAPSHOT}]\n`,
      [`unknown 1111 eu-central-1 orders ${SNAPSHOT} denied: DescribeDBSnapshots AccessDenied`],
    ],
    [
      "is unknown where no auditor reads another type it needs",
      {
        auditors: [{ name: "rds", global: [], regional: [DATABASE] }],
        items: [{ configuration: { StorageEncrypted: true } }],
        outcome: listed({ [DATABASE]: 1 }),
      },
      `-- needs: [${SNAPSHOT}]\n`,
      [`unknown 1111 eu-central-1 orders ${SNAPSHOT} is read by no auditor of the run`],
    ],
  ] as const satisfies readonly (readonly [string, RunSpec, string, string[]])[]) {
    it(what, async () => {
      const found = await verdicts({ auditors, ...(spec as RunSpec) }, control(encrypted, more));
      expect(found.map(short)).to.deep.equal(expected);
    });
  }

  const regions = `SELECT p.account_id, p.region, p.account_id AS resource_id, CAST(NULL AS varchar) AS arn,
      CAST(NULL AS varchar) AS evidence_object, CAST(NULL AS bigint) AS evidence_line,
      count(d.arn) > 0 AS passes, 'there is none' AS reason
    FROM (SELECT DISTINCT account_id, region FROM latest_outcomes WHERE region <> 'global') p
    LEFT JOIN latest_aws_rds_dbinstance d ON d.account_id = p.account_id AND d.region = p.region
    GROUP BY p.account_id, p.region`;

  it("about what is missing fails where nothing is, and is unknown where that was not listed", async () => {
    const found = await verdicts(
      {
        auditors,
        regions: ["eu-central-1", "eu-west-1", "eu-west-2"],
        items: [{}],
        outcome: ({ region }) =>
          region === "eu-west-2" ? denied(DATABASE) : { counts: { [DATABASE]: region === "eu-central-1" ? 1 : 0 } },
      },
      control(regions, "-- per: region\n"),
    );
    expect(found.map(short)).to.deep.equal([
      "pass 1111 eu-central-1 111111111111",
      "fail 1111 eu-west-1 111111111111 there is none",
      `unknown 1111 eu-west-2 111111111111 ${DATABASE} denied: DescribeDBInstances AccessDenied`,
    ]);
  });

  it("about what is missing passes where something is, though the listing was cut short after it", async () => {
    const found = await verdicts(
      { auditors, items: [{}], outcome: () => ({ ...denied(DATABASE), counts: { [DATABASE]: 1 } }) },
      control(regions, "-- per: region\n"),
    );
    expect(found.map(short)).to.deep.equal(["pass 1111 eu-central-1 111111111111"]);
  });

  it("of a query that names a column there is not is an error with the control's name", async () => {
    await expect(
      verdicts(
        { auditors, items: [{ resource_id: "a", configuration: {} }] },
        control(encrypted.replace("storage_encrypted", "storage_encripted")),
      ),
    ).to.be.rejectedWith(/control a-control: .*storage_encripted/s);
  });

  it("is the same whether its control is evaluated alone or with others", async () => {
    const sql = {
      plain: encrypted,
      joined: `SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
        d.storage_encrypted AS passes, 'not encrypted' AS reason, 'nobody tells' AS not_known,
        ARRAY[s.evidence_object || ':' || TRY_CAST(s.evidence_line AS varchar)] AS evidence
        FROM latest_aws_rds_dbinstance d LEFT JOIN latest_aws_rds_dbsnapshot s ON s.account_id = d.account_id`,
      broken: `SELECT ${COLUMNS}, CAST(resource_id AS bigint) > 1 AS passes, 'no' AS reason FROM latest_aws_rds_dbinstance`,
      missing: `SELECT account_id, region, account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
        TRY_CAST(NULL AS varchar) AS evidence_object, TRY_CAST(NULL AS bigint) AS evidence_line, false AS passes,
        'none' AS reason FROM latest_outcomes WHERE counts IS NOT NULL`,
    };
    const heads: [keyof typeof sql, string][] = [
      ["plain", ""],
      ["plain", `-- needs: [${SNAPSHOT}]\n`],
      ["plain", `-- needs-to-fail: [${SNAPSHOT}]\n-- reads: [DescribeDBProxies]\n`],
      ["joined", `-- reads: [DescribeDBSnapshotAttributes]\n`],
      ["broken", ""],
      ["missing", "-- per: region\n"],
      ["missing", `-- per: account\n-- needs: [${SNAPSHOT}]\n`],
      ["missing", "-- per: account\n-- needs: [AWS::RDS::DBProxy]\n"],
    ];
    const all = heads.map(([query, more], index) =>
      parseControl(`${head(more)}${sql[query]}`, `rds/${"abcdefgh"[index]}.sql`),
    );
    await writeRun(folder(), {
      auditors,
      accounts: ["111111111111", "222222222222", "333333333333"],
      regions: ["eu-central-1", "eu-west-1"],
      items: [
        { resource_id: "a", configuration: { StorageEncrypted: true } },
        { resource_id: "b", configuration: {}, unread: { DescribeDBProxies: "AccessDenied" } },
        { resource_id: "c", configuration: { StorageEncrypted: false }, unread: { "*": "NotFound" } },
        { account_id: "222222222222", resource_id: "d", configuration: { StorageEncrypted: false } },
        { resource_type: SNAPSHOT, resource_id: "s", configuration: {} },
      ],
      outcome: ({ account_id, region }) =>
        account_id === "333333333333"
          ? denied()
          : region === "eu-west-1"
            ? { ...denied(SNAPSHOT), counts: { [DATABASE]: 0 } }
            : { counts: { [DATABASE]: account_id === "111111111111" ? 3 : 1, [SNAPSHOT]: 1 } },
    });
    const objects = folderObjects(folder());
    await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, catalog);
    const engine = await duckDBEngine({ folder: folder(), catalog });
    const told = async (asked: readonly Control[], { id }: Control): Promise<unknown> => {
      const { verdicts: of } = await evaluation(engine, asked);
      const found: Verdict[] = [];
      try {
        for await (const portion of of(asked.find((each) => each.id === id)!)) found.push(...portion);
      } catch (error) {
        return (error as Error).message.slice(0, 60);
      }
      return found;
    };
    try {
      const statuses = new Set<string>();
      for (const each of all) {
        const alone = await told([each], each);
        expect(await told(all, each), each.id).to.deep.equal(alone);
        if (Array.isArray(alone)) for (const { status } of alone as Verdict[]) statuses.add(status);
      }
      expect([...statuses].sort()).to.deep.equal(["fail", "not-applicable", "pass", "unknown"]);
    } finally {
      await engine.close();
    }
  });
});
