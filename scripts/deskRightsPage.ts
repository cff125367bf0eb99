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

/** What one of these leaves unread, service by service. */
interface Compared {
  name: string;
  unread: Unread[];
}

/** What AWS's own policies leave unread of the services. */
export const compareRights = (services: readonly Service[]): Compared[] =>
  COMPARED.map((names) => {
    const policies = names.map(policyNamed);
    const statements = policies.flatMap(({ policy }) => policy.statements);
    return {
      name: policies.map(({ name, version }) => `${name} (${version})`).join(" and "),
      unread: unreadWith({ ...policies[0]!.policy, statements }, services, "aws"),
    };
  });

const distinct = (unread: readonly Unread[], of: "actions" | "missing" | "types"): number =>
  new Set(unread.flatMap((each) => each[of])).size;

/** Services that a row of the summary names; the rest is counted. */
const NAMED = 8;

/** `docs/desk.md` with the summary as it is now. */
export function deskPage(page: string, services: readonly Service[], compared: readonly Compared[]): string {
  const types = new Set(services.flatMap(({ collectors }) => collectors.map(({ type }) => type))).size;
  const rows = compared.map(({ name, unread }) => {
    const unlisted = unread.filter((each, index) => each.types.length === services[index]!.collectors.length);
    const named = unlisted.slice(0, NAMED).map(({ service }) => service);
    const rest = unlisted.length - named.length;
    return [
      name,
      `${distinct(unread, "missing")} of ${distinct(unread, "actions")}`,
      `${distinct(unread, "types")} of ${types}`,
      `${named.join(", ") || "none"}${rest ? ` and ${rest} more` : ""}`,
    ];
  });
  const head = ["AWS's policy", "Missing actions", "Types not listed", "Services of which nothing is listed"];
  return page.replace(/^\| AWS's policy .*\n(\|.*\n)+/m, () => `${table([head, ...rows])}\n`);
}

/** The page about what AWS's own policies leave unread: `docs/desk-rights.md`. */
export function deskRightsPage(services: readonly Service[], compared: readonly Compared[]): string {
  const operations = distinct(compared[0]!.unread, "actions");
  const lines = services.flatMap(({ name }, index) => {
    const missing = compared.flatMap(({ name: policy, unread }) => {
      const text = textOf(unread[index]!);
      return text ? [`- ${policy}: ${text}`] : [];
    });
    return missing.length ? [`### ${name}\n\n${missing.join("\n")}\n`] : [];
  });
  const sums = table([
    ["", ...compared.map(({ name }) => name)],
    [`actions of ${operations} that are missing`, ...compared.map(({ unread }) => String(distinct(unread, "missing")))],
    ["resource types that are not listed", ...compared.map(({ unread }) => String(distinct(unread, "types")))],
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
