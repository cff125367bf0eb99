import type { Item } from "../evidence/item.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import { type Audience, audiencesOf, openness } from "../policy/audience.ts";
import { allowsEverything } from "../policy/everything.ts";
import { type Policy, type Principals, parsePolicy } from "../policy/parse.ts";
import { partitionOf } from "../policy/partitions.ts";
import { refusesPlainHttp } from "../policy/plainHttp.ts";
import { isEveryAction, isEveryResource } from "../policy/wildcards.ts";
import { itemsOf } from "./evidenceItems.ts";
import { jsonText } from "./jsonText.ts";
import type { Objects } from "./objects.ts";
import type { Row, Value } from "./parquetFile.ts";
import { policiesOf, type Standing } from "./policySites.ts";
import { textAt } from "./reading.ts";
import { type Citation, citation } from "./resourceRow.ts";

/** A policy where it stands, as far as it can be read. */
interface Placed {
  item: Item;
  cited: Citation;
  standing: Standing;
  /** Undefined where there is none, or none was read. */
  policy: Policy | undefined;
}

const beginning = ({ item, standing }: Placed): Value[] => [
  item.run_id,
  item.account_id,
  item.region,
  item.resource_type,
  item.resource_id,
  item.arn,
  item.name,
  standing.kind,
  standing.name,
];

const end = ({ cited }: Placed): Value[] => [cited.object, cited.line, [citation(cited)]];

const principalsOf = (principals: Principals | undefined): string[] | null =>
  principals
    ? [...(principals.everybody ? ["*"] : []), ...principals.members.map(({ kind, value }) => `${kind}:${value}`)]
    : null;

/** Why a policy as a whole is not known; null where it is. */
const problemOf = ({ standing, policy }: Placed): string | null =>
  standing.state === "not known" ? standing.why : (policy?.problem ?? null);

function statementRows(placed: Placed): Row[] {
  const { policy } = placed;
  const rows = (policy?.statements ?? []).map((statement): Row => {
    const { index, sid, effect, principals, notPrincipals, actions, notActions, resources, notResources } = statement;
    return [
      ...beginning(placed),
      index,
      sid ?? null,
      effect,
      principalsOf(principals),
      principalsOf(notPrincipals),
      actions ?? null,
      notActions ?? null,
      resources ?? null,
      notResources ?? null,
      statement.conditions.map((condition) => jsonText(condition)),
      [...new Set(statement.conditions.map(({ key }) => key.toLowerCase()))],
      actions ? isEveryAction(actions) : false,
      resources ? isEveryResource(resources) : false,
      statement.problem ?? null,
      ...end(placed),
    ];
  });
  const problem = problemOf(placed);
  if (problem !== null && !policy?.empty)
    rows.push([...beginning(placed), ...Array<null>(13).fill(null), problem, ...end(placed)]);
  return rows;
}

const isAboutOthers = ({ standing }: Placed): boolean => standing.kind === "resource" || standing.kind === "trust";

/** Who a policy lets in; undefined where it is not of a kind that lets anybody in. */
function audiences(placed: Placed): Audience[] | undefined {
  const { item, standing, policy } = placed;
  if (!isAboutOthers(placed)) return undefined;
  if (standing.state === "not known") return [{ kind: "notKnown", members: [], statements: [], why: standing.why }];
  if (!policy) return [];
  // A role cannot be without a trust policy.
  if (policy.empty && standing.kind === "trust")
    return [{ kind: "notKnown", members: [], statements: [], why: policy.problem ?? "the document is empty" }];
  return audiencesOf(policy, {
    trust: standing.kind === "trust",
    signed: item.resource_type === "AWS::KMS::Key",
    ...(item.arn ? { resource: item.arn } : {}),
  });
}

const worded = (kind: string): string => (kind === "notKnown" ? "not known" : kind);

function audienceRows(placed: Placed): Row[] {
  const found = audiences(placed);
  if (!found) return [];
  const none: Audience = { kind: "nobody", members: [], statements: [], why: "no statement lets anybody in" };
  return (found.length ? found : [none]).map((each) => [
    ...beginning(placed),
    worded(each.kind),
    each.members,
    each.onBehalfOf ? worded(each.onBehalfOf.kind) : null,
    each.onBehalfOf?.members ?? null,
    each.actions ?? null,
    each.notActions ?? null,
    each.resources ?? null,
    each.notResources ?? null,
    each.statements[0] ?? null,
    each.statements.map(String),
    each.why,
    ...end(placed),
  ]);
}

const OF_IDENTITIES = ["managed", "inline", "permission set"];

/** The ARN of a bucket, whose evidence has none in some answers. */
const bucketArn = ({ configuration, region, resource_id }: Item): string =>
  `arn:${partitionOf(region)}:s3:::${textAt(configuration, "Name") ?? resource_id}`;

function policyRows(placed: Placed): Row[] {
  const { item, standing, policy } = placed;
  const found = audiences(placed);
  const known = standing.state === "read" && policy;
  const ofIdentity = OF_IDENTITIES.includes(standing.kind);
  const ofBucket = item.resource_type === "AWS::S3::Bucket";
  const none = standing.state === "none" || Boolean(policy?.empty && standing.kind === "resource");
  const open = found && { open: true, closed: false, notKnown: null }[openness(found)];
  return [
    [
      ...beginning(placed),
      none ? "none" : problemOf(placed) === null ? "read" : "not known",
      problemOf(placed),
      known ? policy.statements.length : null,
      open ?? null,
      ofIdentity && known ? (allowsEverything(policy) ?? null) : null,
      ofBucket ? (none ? false : known ? (refusesPlainHttp(policy, bucketArn(item)) ?? null) : null) : null,
      ...end(placed),
    ],
  ];
}

/** Rows of each table of policies, by the table's name. */
const ROWS = { policies: policyRows, policy_statements: statementRows, policy_audiences: audienceRows };
export type PolicyTable = keyof typeof ROWS;
export const isPolicyTable = (name: string): name is PolicyTable => name in ROWS;

/** The rows that one resource leads to. A document that cannot be read is a row that says so. */
export const rowsOfPolicies = (table: PolicyTable, item: Item, cited: Citation): Row[] =>
  policiesOf(item).flatMap((standing) =>
    ROWS[table]({
      item,
      cited,
      standing,
      policy: standing.state === "read" ? parsePolicy(standing.document) : undefined,
    }),
  );

/** Rows of one table of policies from committed evidence. @throws EvidenceError */
export async function* policyTableRows(
  objects: Objects,
  table: PolicyTable,
  evidence: readonly EvidenceObject[],
): AsyncGenerator<Row> {
  for (const object of evidence)
    for await (const [item, cited] of itemsOf(objects, object)) yield* rowsOfPolicies(table, item, cited);
}
