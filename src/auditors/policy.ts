import { plannedAuditor } from "./collector.ts";
import { type AuditorOutline, rightsOf } from "./outline.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: PolicyStatement[];
}
export interface PolicyStatement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Characters an IAM managed policy may have, white space not counted. */
export const MANAGED_POLICY_LIMIT = 6144;

/** Asking which regions are enabled; made by the engine itself in front of each regional auditor. */
const REGIONS: PolicyStatement = { Sid: "Regions", Effect: "Allow", Action: ["ec2:DescribeRegions"], Resource: "*" };

const documentOf = (Statement: PolicyStatement[]): PolicyDocument => ({ Version: "2012-10-17", Statement });

/** Managed policies that a role may have attached, by default. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const POLICIES_OF_A_ROLE = 10;

/**
 * What the cross-account role may do: the union of what the auditors declare, a statement for each auditor,
 * in as many documents as IAM's limit asks for.
 * @param more statements beside them
 * @throws Error when a role could not hold them all
 */
export function memberPolicyDocuments(
  auditors: readonly AuditorOutline[],
  more: readonly PolicyStatement[] = [],
): { name: string; document: PolicyDocument }[] {
  const regional = auditors.some((auditor) => !auditor.aggregator && plannedAuditor(auditor).regional.length > 0);
  const documents: PolicyStatement[][] = [[]];
  for (const statement of [...(regional ? [REGIONS] : []), ...more, ...auditors.flatMap(statementsOf)]) {
    const last = documents.at(-1)!;
    if (fits([...last, statement])) last.push(statement);
    else documents.push(...parts(statement).map((part) => [part]));
  }
  const filled = documents.filter((statements) => statements.length);
  if (filled.length > POLICIES_OF_A_ROLE)
    throw new Error(
      `the auditors need ${filled.length} managed policies and a role may have ${POLICIES_OF_A_ROLE}: choose fewer auditors, or memberPolicy SecurityAudit`,
    );
  return filled.map((each, index) => ({ name: `metadata-${index + 1}`, document: documentOf(each) }));
}

const fits = (statements: PolicyStatement[]): boolean =>
  JSON.stringify(documentOf(statements)).length <= MANAGED_POLICY_LIMIT;

/** A statement for what an auditor may do on everything, and one for each action that is granted on some things only. */
function statementsOf(auditor: AuditorOutline): PolicyStatement[] {
  // A Sid has letters and digits only.
  const sidOf = (text: string) =>
    text.replace(/(^|[^a-zA-Z0-9]+)([a-zA-Z0-9])/g, (_all, _gap, first: string) => first.toUpperCase());
  const everywhere = new Set<string>();
  const somewhere = new Map<string, Set<string>>();
  for (const { actions, resources } of auditor.services.flatMap(({ collectors }) => collectors.flatMap(rightsOf)))
    for (const action of actions)
      if (resources) somewhere.set(action, new Set([...(somewhere.get(action) ?? []), ...resources]));
      else everywhere.add(action);
  const narrow = [...somewhere].map(
    ([action, resources]): PolicyStatement => ({
      Sid: sidOf(`${auditor.name} ${action}`),
      Effect: "Allow",
      Action: [action],
      Resource: [...resources].sort(),
    }),
  );
  const wide: PolicyStatement = {
    Sid: sidOf(auditor.name),
    Effect: "Allow",
    Action: [...everywhere].sort(),
    Resource: "*",
  };
  return [...(everywhere.size ? [wide] : []), ...narrow];
}

/** A statement cut into as many as fit a document each. */
function parts(statement: PolicyStatement): PolicyStatement[] {
  for (let count = 1; ; count++) {
    const size = Math.ceil(statement.Action.length / count);
    const cut = Array.from({ length: count }, (_, index) => ({
      ...statement,
      Sid: count === 1 ? statement.Sid : `${statement.Sid}${index + 1}`,
      Action: statement.Action.slice(index * size, (index + 1) * size),
    }));
    if (cut.every((part) => fits([part])) || size === 1) return cut;
  }
}
