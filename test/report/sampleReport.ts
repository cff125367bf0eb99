import { SEVERITIES } from "../../src/controls/control.ts";
import { noVerdicts } from "../../src/controls/verdict.ts";
import type { ProvenAnomaly } from "../../src/query/readAnomalies.ts";
import {
  FINDING_STATUSES,
  type Finding,
  type Findings,
  type Report,
  type ReportedControl,
} from "../../src/report/model.ts";

export const RUN = "01KAVH7E00XEVWQSFFGR2Y1V6Z";
export const SINCE = "01KARYT100XEVWQSFFGR2Y1V6Z";
const OBJECT = `evidence/resource_type=aws_rds_dbinstance/run_date=2026-11-24/${RUN}-rds-0000-a.ndjson.gz`;

export const control = (over: Partial<ReportedControl> = {}): ReportedControl => ({
  id: "rds-public",
  title: "Databases are not reachable from the internet",
  severity: "critical",
  rationale: "A database with a public address is one password away from everyone.",
  remedy: "Set PubliclyAccessible to false, and reach it through the VPC.",
  mappings: { "CIS AWS Foundations v3.0": ["2.3.3"], "PCI DSS v4.0": ["1.4.4"] },
  in_part: {},
  sql: "SELECT arn FROM latest_aws_rds_dbinstance\nWHERE publicly_accessible",
  status: "fail",
  resource: "AWS::RDS::DBInstance",
  sha256: "ef".repeat(32),
  verdicts: { ...noVerdicts(), fail: 2, unknown: 1, excepted: 1, pass: 8 },
  ...over,
});

export const finding = (over: Partial<Finding> = {}): Finding => ({
  control: "rds-public",
  status: "fail",
  account_id: "111111111111",
  region: "eu-central-1",
  resource: {
    resource_type: "AWS::RDS::DBInstance",
    resource_id: "orders",
    arn: "arn:aws:rds:eu-central-1:111111111111:db:orders",
    name: "orders",
  },
  reason: null,
  query_sha256: "ef".repeat(32),
  evidence: [
    { object: OBJECT, line: 7, sha256: "ab".repeat(32) },
    { object: OBJECT, line: 9, sha256: "ab".repeat(32) },
  ],
  ...over,
});

export const anomaly = (over: Partial<ProvenAnomaly> = {}): ProvenAnomaly => ({
  run_id: RUN,
  account_id: "111111111111",
  region: "eu-central-1",
  resource_type: "AWS::RDS::DBInstance",
  resource_id: "legacy",
  arn: "arn:aws:rds:eu-central-1:111111111111:db:legacy",
  name: "legacy",
  model: "isolation-forest",
  score: 0.21,
  reasons: [{ feature: "Engine", value: "oracle-ee", usual: "postgres", share: 0.006 }],
  evidence_object: OBJECT,
  evidence_line: 9,
  evidence_sha256: "ab".repeat(32),
  ...over,
});

/** A report as JSON has it. */
export type WrittenReport = Omit<Report, "findings"> & { findings: Finding[] };

/** Findings that are all there are, in portions of a thousand. */
export const findingsOf = (all: readonly Finding[]): Findings =>
  async function* (ofEachControl = Number.POSITIVE_INFINITY) {
    const given = new Map<string, number>();
    const shown = all.filter(({ control: id }) => {
      given.set(id, (given.get(id) ?? 0) + 1);
      return given.get(id)! <= ofEachControl;
    });
    for (let at = 0; at < shown.length; at += 1_000) yield shown.slice(at, at + 1_000);
  };

/** Controls, their findings counted. */
const counting = (controls: readonly ReportedControl[], findings: readonly Finding[]): ReportedControl[] => {
  const counted = new Map(controls.map((each) => [each.id, { ...each.verdicts, fail: 0, unknown: 0, excepted: 0 }]));
  for (const { control: id, status } of findings) if (counted.has(id)) counted.get(id)![status] += 1;
  return controls.map((each) => ({ ...each, verdicts: counted.get(each.id)! }));
};

export const report = ({
  controls = [control()],
  findings = [finding()],
  ...over
}: Partial<WrittenReport> = {}): Report => ({
  generated_at: "2026-11-24T12:00:00.000Z",
  tool_version: "0.1.0",
  run: {
    run_id: RUN,
    started_at: "2026-11-24T10:00:00.000Z",
    sealed_at: "2026-11-24T10:04:12.000Z",
    requested_by: "schedule",
    complete: true,
    accounts: 3,
    auditors: ["rds", "iam", "s3"],
    regions: ["eu-central-1", "us-east-1"],
    narrowed: [],
    planned: 12,
    items: 96,
    objects: 9,
    bytes: 81_234,
    manifest_key: `runs/run_date=2026-11-24/run_id=${RUN}/manifest.json`,
    manifest_sha256: "cd".repeat(32),
  },
  integrity: {
    holds: true,
    key: "given",
    level: "verified",
    key_source: "given",
    keys: [{ sha256: "ef".repeat(32), from: 4, to: 4 }],
    signatures: { deployment: 1, desk: 0, none: 0, misfit: 0 },
    outside: {},
    timestamps: [],
    violations: 0,
    runs: 1,
    objects: 9,
    items: 96,
    bytes: 81_234,
    notices: {},
    head: { sequence: 4, run_id: RUN, manifest_sha256: "cd".repeat(32) },
    findings: [],
  },
  coverage: ["111111111111", "222222222222", "333333333333"].flatMap((account, place) =>
    ["rds", "iam", "s3"].map((auditor) =>
      place < 2
        ? {
            account,
            auditor,
            items: 16,
            statuses: { collected: 2 } as Record<string, number>,
            listings: { planned: 4, whole: 4, not_asked: 0 },
            reasons: [],
            notes: [],
          }
        : {
            account,
            auditor,
            items: 0,
            statuses: { denied: 2 } as Record<string, number>,
            listings: { planned: 4, whole: 0, not_asked: 0 },
            notes: [],
            reasons: ["AssumeRole: AccessDenied (sts:AssumeRole). The role must exist and trust this audit account."],
          },
    ),
  ),
  excluded: [],
  inventory: ["111111111111", "222222222222"].flatMap((account_id) => [
    { resource_type: "AWS::IAM::Role", account_id, region: "global", items: 20 },
    { resource_type: "AWS::RDS::DBInstance", account_id, region: "eu-central-1", items: 20 },
    { resource_type: "AWS::S3::Bucket", account_id, region: "us-east-1", items: 8 },
  ]),
  controls: counting(controls, findings),
  findings: findingsOf(findings),
  anomalies: { count: 0, listed: [] },
  changes: undefined,
  ...over,
});

/** A report as large as wanted, of many controls, types and accounts, the same every time, with its findings. */
export function largeReport(size: number): { report: Report; findings: Finding[] } {
  const types = [
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::IAM::Role",
    "AWS::EC2::SecurityGroup",
    "AWS::KMS::Key",
  ];
  const regions = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
  const accounts = Array.from({ length: 200 }, (_, index) => String(100_000_000_000 + index * 37));
  const controls = Array.from({ length: 120 }, (_, index) =>
    control({
      id: `control-${String(index).padStart(3, "0")}`,
      title: `Thing ${index} is as it should be, and stays so`,
      severity: SEVERITIES[index % SEVERITIES.length]!,
      status: "fail",
      verdicts: { ...noVerdicts(), pass: Math.ceil(size / 120) },
    }),
  );
  const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;
  const findings = Array.from({ length: size }, (_, n) => {
    const [account_id, region, resource_type] = [pick(accounts, n * 7), pick(regions, n >> 3), pick(types, n >> 2)];
    const resource_id = `resource-${(n * 2_654_435_761) % 4_294_967_296}`;
    return finding({
      control: pick(controls, n).id,
      status: FINDING_STATUSES[n % 20 === 0 ? 1 : n % 33 === 0 ? 2 : 0]!,
      account_id,
      region,
      resource: {
        resource_type,
        resource_id,
        arn: `arn:aws:service:${region}:${account_id}:thing/${resource_id}`,
        name: null,
      },
      evidence: [
        {
          object: OBJECT.replace("0000", String(n % 400).padStart(4, "0")),
          line: 1 + (n % 500),
          sha256: (n % 400).toString(16).padStart(64, "0"),
        },
      ],
    });
  });
  const made = report({
    findings,
    controls,
    coverage: accounts.flatMap((account, place) =>
      ["rds", "iam", "s3"].map((auditor) => ({
        account,
        auditor,
        items: 40 + place,
        statuses: { collected: 4 },
        listings: { planned: 4, whole: 4, not_asked: 0 },
        reasons: [],
        notes: [],
      })),
    ),
  });
  return { report: made, findings };
}
