import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { TrinoSQL } from "dt-sql-parser";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { loadControls } from "../../src/controls/control.ts";
import { createVerdictsTable } from "../../src/controls/verdictsTable.ts";
import { type DuckDBEngine, duckDBEngine } from "../../src/query/duckdb.ts";
import { rowsOf } from "../../src/query/engine.ts";
import { namedQueries } from "../../src/query/namedQueries.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, writeRun } from "../tables/sealedFolder.ts";

const catalog = catalogOf(await loadAuditors());
const page = await readFile("docs/query.md", "utf8");
const examples: [string, string][] = [
  ...namedQueries.map(({ name, sql }): [string, string] => [`saved as ${name}`, sql]),
  ...[...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql], index): [string, string] => [
    `example ${index + 1} of docs/query.md`,
    sql!.trim(),
  ]),
];
const trust = {
  Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::444444444444:root" }, Action: "sts:AssumeRole" }],
};

const everything = { Statement: { Effect: "Allow", NotAction: "aws-portal:*", Resource: "*" } };
const open = {
  Statement: [
    { Effect: "Allow", Principal: "*", Action: "sns:Publish", Resource: "*" },
    { Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sns:Publish", Resource: "*" },
  ],
};

describe("queries for both engines", () => {
  let folder: string;
  let engine: DuckDBEngine;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "queries-"));
    await writeRun(folder, {
      auditors: [
        { name: "rds", global: [], regional: ["AWS::RDS::DBInstance"] },
        { name: "iam", global: ["AWS::IAM::Role"], regional: [] },
        { name: "s3", global: ["AWS::S3::Bucket"], regional: [] },
        { name: "sns", global: [], regional: ["AWS::SNS::Topic"] },
        { name: "vpc", global: [], regional: ["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupRule"] },
      ],
      items: [
        {
          configuration: {
            DBInstanceIdentifier: "orders",
            Engine: "postgres",
            PubliclyAccessible: true,
            StorageEncrypted: true,
            BackupRetentionPeriod: 1,
            Endpoint: { Address: "orders.example", Port: 5432 },
            VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1" }, { VpcSecurityGroupId: "sg-2" }],
            EnabledCloudwatchLogsExports: ["audit"],
          },
        },
        {
          resource_type: "AWS::IAM::Role",
          resource_id: "reader",
          region: "global",
          auditor: "iam",
          tags: { owner: "me" },
          configuration: {
            RoleName: "reader",
            AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
            RolePolicyList: [{ PolicyName: "all", PolicyDocument: encodeURIComponent(JSON.stringify(everything)) }],
          },
        },
        ...[
          ["without-brackets", JSON.stringify({ Statement: trust.Statement[0] })],
          ["cut", JSON.stringify(trust).slice(0, -5)],
          ["empty", ""],
        ].map(([RoleName, document]) => ({
          resource_type: "AWS::IAM::Role",
          resource_id: RoleName,
          region: "global",
          auditor: "iam",
          configuration: { RoleName, AssumeRolePolicyDocument: encodeURIComponent(document!) },
        })),
        {
          resource_type: "AWS::SNS::Topic",
          resource_id: "alarms",
          auditor: "sns",
          configuration: { GetTopicAttributes: { Attributes: { Policy: JSON.stringify(open) } } },
        },
        ...["0.0.0.0/1", "128.0.0.0/1"].map((CidrIpv4, index) => ({
          resource_type: "AWS::EC2::SecurityGroupRule",
          resource_id: `sgr-${index}`,
          auditor: "vpc",
          configuration: { GroupId: "sg-1", IsEgress: false, IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIpv4 },
        })),
        {
          resource_type: "AWS::EC2::SecurityGroup",
          resource_id: "sg-1",
          auditor: "vpc",
          configuration: { GroupId: "sg-1" },
        },
        {
          resource_type: "AWS::S3::Bucket",
          resource_id: "logs",
          auditor: "s3",
          tags: { team: "ops" },
          unread: { GetPublicAccessBlock: "AccessDenied" },
          configuration: { Name: "logs" },
        },
      ],
      outcome: ({ auditor }) =>
        auditor === "rds"
          ? { status: "denied", errors: [{ operation: "AssumeRole", code: "AccessDenied", message: "no", times: 1 }] }
          : auditor === "vpc"
            ? { counts: { "AWS::EC2::SecurityGroup": 1, "AWS::EC2::SecurityGroupRule": 2 } }
            : undefined,
    });
    const objects = folderObjects(folder);
    await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, catalog);
    engine = await duckDBEngine({ folder, catalog });
    const asked = ["sns-policy-not-open", "vpc-no-open-admin-ports-ipv4", "vpc-no-open-high-risk-ports"];
    await createVerdictsTable(
      engine,
      (await loadControls()).filter(({ id }) => asked.includes(id)),
    );
  });
  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  for (const [what, sql] of examples) {
    it(`${what}: is Trino's SQL, and DuckDB answers it with rows`, async () => {
      expect(new TrinoSQL().validate(sql)).to.deep.equal([]);
      expect(await rowsOf(await engine.query(sql))).not.to.be.empty;
    });
  }

  it("show a trust policy whose statement stands without brackets, and stop at none that cannot be read", async () => {
    const { sql } = namedQueries.find(({ name }) => name === "roles-trusting-others")!;
    const rows = await rowsOf(await engine.query(sql));
    expect(rows.map(({ role_name, effect }) => [role_name, effect])).to.deep.equal([
      ["cut", null],
      ["empty", null],
      ["reader", "Allow"],
      ["without-brackets", "Allow"],
    ]);
  });

  it("have the mistakes of one engine refused by the referee", () => {
    expect(new TrinoSQL().validate("SELECT x::varchar FROM latest_runs")).not.to.be.empty;
  });

  for (const [expression, value] of [
    [`json_extract_scalar('{"a":{"b":"x"}}', '$.a.b')`, "x"],
    [`json_extract_scalar('{"a":[1]}', '$.a')`, null],
    [`json_extract_scalar('{"a":true}', '$.a')`, "true"],
    [`json_size('{"a":[1,2]}', '$.a')`, 2],
    [`json_size('{"a":{"b":1}}', '$.a')`, 1],
    [`json_array_contains('["a"]', 'a')`, true],
    [`cardinality(ARRAY['a', 'b'])`, 2],
    [`element_at(ARRAY['a', 'b'], 2)`, "b"],
    [`regexp_like('abc', 'b.')`, true],
    [`date_add('day', 2, timestamp '2026-01-01 00:00:00')`, "2026-01-03T00:00:00.000Z"],
    [`date_diff('day', timestamp '2026-01-01 00:00:00', timestamp '2026-01-03 00:00:00')`, 2],
    [`from_utf8(from_base64('YWJj'))`, "abc"],
    [`from_iso8601_timestamp('2026-01-01T00:00:00Z')`, "2026-01-01T00:00:00.000Z"],
    [`cardinality(CAST(json_parse('[1, "array(json)"]') AS array(json)))`, 2],
  ] as const) {
    it(`have ${expression} as Trino says`, async () => {
      const sql = `SELECT ${expression} AS value`;
      expect(new TrinoSQL().validate(sql)).to.deep.equal([]);
      expect(await rowsOf(await engine.query(sql))).to.deep.equal([{ value }]);
    });
  }
});
