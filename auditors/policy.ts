import { actionsOf } from "./collector.ts";
import { auditors } from "./registry.ts";

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

/**
 * What the cross-account role may do: the union of what the auditors declare, a statement for each auditor,
 * in as many documents as IAM's limit asks for.
 * @throws Error naming an auditor that does not exist
 */
export function memberPolicyDocuments(names: readonly string[]): { name: string; document: PolicyDocument }[] {
  const chosen = names.map((name) => {
    const auditor = auditors[name];
    if (!auditor) throw new Error(`no auditor is called "${name}"; there are ${Object.keys(auditors).join(", ")}`);
    return auditor;
  });
  const statements = [
    ...(chosen.some(({ scope }) => scope === "regional") ? [REGIONS] : []),
    ...chosen.map(
      (auditor): PolicyStatement => ({
        // A Sid has letters and digits only.
        Sid: auditor.name.replace(/(^|[^a-zA-Z0-9]+)([a-zA-Z0-9])/g, (_all, _gap, first: string) =>
          first.toUpperCase(),
        ),
        Effect: "Allow",
        Action: actionsOf(auditor),
        Resource: "*",
      }),
    ),
  ];
  const documents: PolicyStatement[][] = [[]];
  for (const statement of statements) {
    const last = documents.at(-1)!;
    if (last.length && JSON.stringify(documentOf([...last, statement])).length > MANAGED_POLICY_LIMIT)
      documents.push([statement]);
    else last.push(statement);
  }
  return documents.map((each, index) => ({ name: `metadata-${index + 1}`, document: documentOf(each) }));
}
