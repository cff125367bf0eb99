import type { Service } from "../src/auditors/collector.ts";
import { type Unread, unreadWith } from "../src/desk/rights.ts";
import { awsManagedPolicy, MANAGED_POLICIES_AS_OF } from "../src/policy/managedPolicies.ts";
import { table } from "./configurationPage.ts";

/** Policies of AWS that people give to who only reads. */
const COMPARED = [
  ["SecurityAudit"],
  ["job-function/ViewOnlyAccess"],
  ["SecurityAudit", "job-function/ViewOnlyAccess"],
  ["ReadOnlyAccess"],
];

function policyNamed(path: string) {
  const found = awsManagedPolicy(`arn:aws:iam::aws:policy/${path}`);
  if (!found) throw new Error(`there is no managed policy ${path}`);
  return { name: path.split("/").at(-1)!, ...found };
}

/** The page about what AWS's own policies leave unread: `docs/desk-rights.md`. */
export function deskRightsPage(services: readonly Service[]): string {
  const compared = COMPARED.map((names) => {
    const policies = names.map(policyNamed);
    return {
      name: policies.map(({ name, version }) => `${name} (${version})`).join(" and "),
      unread: unreadWith(
        { ...policies[0]!.policy, statements: policies.flatMap((each) => each.policy.statements) },
        services,
        "aws",
      ),
    };
  });
  const operations = new Set(compared[0]!.unread.flatMap(({ actions }) => actions)).size;
  const sum = (unread: readonly Unread[], of: "missing" | "types") => new Set(unread.flatMap((each) => each[of])).size;
  const lines = services.flatMap(({ name }, index) => {
    const missing = compared.flatMap(({ name: policy, unread }) => {
      const text = textOf(unread[index]!);
      return text ? [`- ${policy}: ${text}`] : [];
    });
    return missing.length ? [`### ${name}\n\n${missing.join("\n")}\n`] : [];
  });
  const sums = table([
    ["", ...compared.map(({ name }) => name)],
    [`actions of ${operations} that are missing`, ...compared.map(({ unread }) => String(sum(unread, "missing")))],
    ["resource types that are not listed", ...compared.map(({ unread }) => String(sum(unread, "types")))],
  ]);
  return `# Rights of the desk

\`npx --no-install itaudit policy --desk\` prints the policy that reads everything: ${operations} actions, none of which changes a resource. AWS's own policies leave some of it unread. What is not read is \`denied\` in the coverage, and the controls about it say _not known_.

Of the policies as they were on ${MANAGED_POLICIES_AS_OF}; what a policy gives under a condition only is not counted as given.

${sums}

ReadOnlyAccess also reads contents (objects in buckets, items in tables), which the policy that is printed does not.

## By service

Missing actions, and in **bold** the resource types of which nothing is listed for want of them. Services that are not here are read whole with each of them.

${lines.join("\n")}`;
}

const textOf = ({ missing, types }: Unread): string => {
  const names = missing.map((action) => `\`${action}\``).join(", ");
  return types.length ? `${names}; **${types.map((type) => type.replace("AWS::", "")).join(", ")}**` : names;
};
