import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient, paginateListRoles } from "@aws-sdk/client-iam";
import { LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { handedIn } from "../estate/handedIn.ts";
import { createSandbox } from "../sandbox/core.ts";
import { populate } from "../sandbox/estate/populate.ts";
import { regionsOf } from "../sandbox/estate/regions.ts";
import { inProcess } from "../sandbox/inProcess.ts";
import { randomOf } from "../sandbox/random.ts";
import { RandomCutForest } from "../sandbox/services/randomCutForest.ts";
import { judgeFrom } from "../src/anomalies/anomalies.ts";
import type { Anomaly } from "../src/anomalies/anomaly.ts";
import { type Candidate, candidateOf, judged } from "../src/anomalies/candidates.ts";
import { learn, type Observation } from "../src/anomalies/features.ts";

const ACCOUNTS = 60;
const SEED = Number(process.argv[2] ?? 1);
type Configuration = Record<string, unknown>;

/**
 * What is planted in some resources of a type: values that others do not have, in members that they do have, and once
 * for databases usual values that do not stand together.
 */
const ODDITIES: Record<string, ((configuration: Configuration) => Configuration)[]> = {
  "AWS::RDS::DBInstance": [
    (c) => ({ ...c, Engine: "oracle-ee", AllocatedStorage: 64_000 }),
    (c) => ({ ...c, BackupRetentionPeriod: 0, StorageEncrypted: false, PubliclyAccessible: true }),
    (c) => ({ ...c, DBInstanceClass: "db.x2iedn.32xlarge", MultiAZ: false, DeletionProtection: false }),
  ],
  "AWS::Lambda::Function": [
    (c) => ({ ...c, Runtime: "nodejs12.x", Timeout: 900, MemorySize: 10_240 }),
    (c) => ({ ...c, CodeSize: 260_000_000 }),
  ],
  "AWS::EC2::Instance": [
    (c) => ({ ...c, InstanceType: "p5.48xlarge", Platform: "windows" }),
    (c) => ({ ...c, MetadataOptions: { ...(c.MetadataOptions as object), HttpPutResponseHopLimit: 64 } }),
  ],
  "AWS::IAM::Role": [(c) => ({ ...c, MaxSessionDuration: 43_200, Path: "/tmp/" })],
};

/** Resources of the estate, asked of it as the auditors ask. */
async function subjects(): Promise<Map<string, Observation[]>> {
  const state = populate(SEED, ACCOUNTS);
  const invoke = { now: async () => ({ payload: null }), later: () => undefined };
  const sandbox = createSandbox(state, {
    ...handedIn,
    now: () => Date.UTC(2026, 10, 24),
    random: randomOf("anomalies"),
    invoke,
  });
  const requestHandler = inProcess(sandbox) as never;
  const found = new Map<string, Observation[]>(Object.keys(ODDITIES).map((type) => [type, []]));
  for (const { id: account_id } of state.members) {
    const credentials = { accessKeyId: account_id, secretAccessKey: "sandbox" };
    const add = (type: string, region: string, resource_id: string | undefined, configuration: object) =>
      found.get(type)!.push({
        run_id: "run",
        account_id,
        region,
        resource_type: type,
        resource_id: resource_id ?? "",
        arn: null,
        name: null,
        configuration: JSON.parse(JSON.stringify(configuration)) as Configuration,
        unread: [],
        evidence_object: type,
        evidence_line: found.get(type)!.length + 1,
      });
    const regions = regionsOf(state.seed, account_id).filter(({ optIn }) => optIn !== "not-opted-in");
    for (const { name: region } of regions) {
      const of = { region, requestHandler, credentials, maxAttempts: 1 };
      const { DBInstances = [] } = await new RDSClient(of).send(new DescribeDBInstancesCommand({}));
      for (const each of DBInstances) add("AWS::RDS::DBInstance", region, each.DBInstanceIdentifier, each);
      const { Reservations = [] } = await new EC2Client(of).send(new DescribeInstancesCommand({}));
      for (const each of Reservations.flatMap(({ Instances = [] }) => Instances))
        add("AWS::EC2::Instance", region, each.InstanceId, each);
      for await (const { Functions = [] } of paginateListFunctions({ client: new LambdaClient(of) }, {}))
        for (const each of Functions) add("AWS::Lambda::Function", region, each.FunctionName, each);
    }
    const iam = new IAMClient({ region: "us-east-1", requestHandler, credentials });
    for await (const { Roles = [] } of paginateListRoles({ client: iam }, {}))
      for (const each of Roles) add("AWS::IAM::Role", "global", each.RoleName, each);
  }
  return found;
}

/** What the sandbox's stand-in for SageMaker's Random Cut Forest finds, by the same features, candidates and reasons. */
function byStandIn(type: string, all: readonly Observation[]): Anomaly[] {
  const space = learn(all);
  const rows = all.map(space.rowOf);
  const candidates: Candidate[] = [];
  const otherwise: Float64Array[] = [];
  for (const [row, observed] of all.entries()) {
    const found = candidateOf(space, observed, rows[row]!, row, otherwise.length);
    if (!found) continue;
    candidates.push(found.candidate);
    otherwise.push(...found.rows);
  }
  const forest = new RandomCutForest(rows, { trees: 200, samples: 256 }, randomOf(`${SEED} ${type} cuts`));
  const scoresOf = (these: readonly Float64Array[]) => these.map((row) => forest.score(row));
  return judged(candidates, scoresOf(rows), scoresOf(otherwise), "sagemaker-random-cut-forest");
}

let [planted, hits, alarms] = [0, 0, 0];
const standIn = { hits: 0, alarms: 0 };
for (const [type, all] of await subjects()) {
  const random = randomOf(`${SEED} ${type}`);
  const odd = new Set<number>();
  const oddities = ODDITIES[type]!;
  // One in fifty, so that an oddity stays one.
  while (odd.size < Math.max(oddities.length, Math.floor(all.length / 50))) odd.add(Math.floor(random() * all.length));
  const changed = all.map((each, index) => {
    if (!odd.has(index)) return each;
    return { ...each, configuration: oddities[[...odd].indexOf(index) % oddities.length]!({ ...each.configuration }) };
  });
  const began = performance.now();
  const judge = judgeFrom(type, changed)!;
  const found = changed.flatMap((each) => judge(each) ?? []);
  const ms = performance.now() - began;
  const right = found.filter((each) => odd.has(each.evidence_line - 1)).length;
  planted += odd.size;
  hits += right;
  alarms += found.length;
  console.log(
    `${type.padEnd(24)} ${String(all.length).padStart(5)} resources  ${odd.size} planted  ${found.length} found  precision ${ratio(right, found.length)}  recall ${ratio(right, odd.size)}  ${Math.round(ms)} ms`,
  );
  const byCuts = byStandIn(type, changed);
  standIn.alarms += byCuts.length;
  standIn.hits += byCuts.filter((each) => odd.has(each.evidence_line - 1)).length;
  if (process.argv.includes("--show"))
    for (const each of found.slice(0, 12))
      console.log(
        `   ${odd.has(each.evidence_line - 1) ? "+" : "-"} ${each.score.toFixed(3)} ${each.reasons.map(({ feature, value, usual, share }) => `${feature} ${value} (${usual}; ${share.toFixed(3)})`).join(", ")}`,
      );
}
console.log(`all: precision ${ratio(hits, alarms)}, recall ${ratio(hits, planted)} (${planted} planted, seed ${SEED})`);
console.log(
  `the sandbox's stand-in for SageMaker's Random Cut Forest (not SageMaker's): precision ${ratio(standIn.hits, standIn.alarms)}, recall ${ratio(standIn.hits, planted)}`,
);

function ratio(part: number, whole: number): string {
  return whole ? (part / whole).toFixed(2) : "-";
}
