import { createHash } from "node:crypto";
import { judgeFrom, OBSERVATIONS_AT_LEAST } from "../anomalies/anomalies.ts";
import type { Anomaly } from "../anomalies/anomaly.ts";
import type { Observation } from "../anomalies/features.ts";
import type { Item } from "../evidence/item.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import { itemsOf } from "./evidenceItems.ts";
import { jsonText } from "./jsonText.ts";
import type { Objects } from "./objects.ts";
import type { Row } from "./parquetFile.ts";
import type { Citation } from "./resourceRow.ts";

/** Resources of a type from which it is learnt what is usual, about: what memory holds. Each is judged, however many there are. */
const LEARNT_FROM = 10_000;

/** An anomaly as a row, in the order of its table's columns. */
export const anomalyRow = (anomaly: Anomaly): Row => [
  anomaly.run_id,
  anomaly.account_id,
  anomaly.region,
  anomaly.resource_type,
  anomaly.resource_id,
  anomaly.arn,
  anomaly.name,
  anomaly.model,
  anomaly.score,
  anomaly.reasons.map(({ feature }) => feature),
  anomaly.reasons.map((reason) => jsonText(reason)),
  anomaly.evidence_object,
  anomaly.evidence_line,
];

/** Anomalies in committed evidence, type by type, the strongest of a type first. @throws EvidenceError */
export async function* anomalyRows(
  objects: Objects,
  evidence: readonly EvidenceObject[],
  learntFrom?: number,
): AsyncGenerator<Row> {
  const byType = new Map<string, EvidenceObject[]>();
  for (const object of evidence)
    byType.set(object.resource_type, [...(byType.get(object.resource_type) ?? []), object]);
  for (const [type, own] of byType) {
    const { learnt, all } = await observedIn(objects, own, learntFrom);
    const judge = judgeFrom(type, learnt);
    if (!judge) continue;
    const found: Anomaly[] = [];
    for await (const observed of all()) {
      const anomaly = judge(observed);
      if (anomaly) found.push(anomaly);
    }
    yield* found.sort((a, b) => b.score - a.score || (resourceKey(a) < resourceKey(b) ? -1 : 1)).map(anomalyRow);
  }
}

/** Resources of one type, of which some stand in memory. */
export interface Observed {
  /** About {@link LEARNT_FROM} at most; none where there are too few to tell. */
  learnt: readonly Observation[];
  /** Each of them; once more from the evidence, where not all are in memory. */
  all: () => AsyncIterable<Observation> | Iterable<Observation>;
}

/** What is to be learnt from, of the evidence of one type. @throws EvidenceError */
export async function observedIn(
  objects: Objects,
  evidence: readonly EvidenceObject[],
  learntFrom = LEARNT_FROM,
): Promise<Observed> {
  const count = evidence.reduce((sum, { items }) => sum + items, 0);
  if (count < OBSERVATIONS_AT_LEAST) return { learnt: [], all: () => [] };
  const every = Math.ceil(count / learntFrom);
  const learnt: Observation[] = [];
  for await (const observed of observations(objects, evidence)) if (isLearnt(observed, every)) learnt.push(observed);
  // The order of evidence differs from run to run, and what is told of an estate must not.
  learnt.sort((a, b) => (resourceKey(a) < resourceKey(b) ? -1 : 1));
  return { learnt, all: () => (every === 1 ? learnt : observations(objects, evidence)) };
}

async function* observations(objects: Objects, evidence: readonly EvidenceObject[]): AsyncGenerator<Observation> {
  for (const object of evidence)
    for await (const [item, cited] of itemsOf(objects, object)) yield observationOf(item, cited);
}

const observationOf = (item: Item, { object, line }: Citation): Observation => ({
  run_id: item.run_id,
  account_id: item.account_id,
  region: item.region,
  resource_type: item.resource_type,
  resource_id: item.resource_id,
  arn: item.arn,
  name: item.name,
  evidence_object: object,
  evidence_line: line,
  configuration: item.configuration,
  unread: Object.keys(item.unread ?? {}),
});

const resourceKey = ({
  account_id,
  region,
  resource_id,
  arn,
}: Pick<Anomaly, "account_id" | "region" | "resource_id" | "arn">) => `${account_id} ${region} ${resource_id} ${arn}`;

/** One in so many: the same ones in each run. */
const isLearnt = (observed: Observation, every: number): boolean =>
  every === 1 || createHash("sha256").update(resourceKey(observed)).digest().readUInt32LE(0) % every === 0;
