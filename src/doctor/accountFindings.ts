import type { PolicyDocument } from "../auditors/policy.ts";
import { type AccountFacts, isRefusal, type RoleFacts } from "./accountFacts.ts";
import { type Finding, note, ok, problem, unknown } from "./finding.ts";
import { grantsOf } from "./grants.ts";
import { trustFindings } from "./trustFindings.ts";

/** What an account's role is measured by: what the program at hand would make there. */
export interface Expected {
  roleName: string;
  auditAccountId: string;
  externalId: string;
  /** The trust, without an organization's id. */
  trust: object;
  /** Session seconds that the role may give. */
  sessionSeconds: number;
  documents: readonly PolicyDocument[];
  /** The role's inline policy by which it reads itself. */
  selfPolicy: { name: string; of: (role: string, policies: readonly string[]) => object };
  /** Regions that the audit is narrowed to; empty: every one that is open. */
  regions: readonly string[];
  /** AWS's own policies that may stand in place of the generated one. */
  insteadOfGenerated: readonly string[];
}

/** What is known of an account from elsewhere. */
export interface Elsewhere {
  /** What AWS Organizations says of it: `ACTIVE`, `SUSPENDED` …; undefined where it could not be asked. */
  state?: string | undefined;
  /** Its role as an administrator of the account sees it. */
  inside?: AccountFacts["role"] | undefined;
}

/** Names that one line has room for. */
const NAMED = 6;
const firstOf = (names: readonly string[]): string =>
  `${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""}`;

/** Judges what an account said. */
export function accountFindings(facts: AccountFacts, expected: Expected, elsewhere: Elsewhere = {}): Finding[] {
  const { state, inside } = elsewhere;
  const { account_id, own } = facts;
  const up = `itaudit members up --accounts ${account_id}, or pulumi up of its member stack`;
  if (state && state !== "ACTIVE")
    return [
      problem(
        "account",
        `AWS Organizations says that it is ${state}`,
        `take it out of the list (pulumi config set accounts …, or excludeAccounts), or have it reopened`,
      ),
    ];
  const role = inside ?? facts.role;
  if (!own.entered) {
    if (!role) return [cannotEnter(own.message, expected, up)];
    if (isRefusal(role))
      return [
        /^NoSuchEntity/.test(role.code)
          ? problem("role", `there is no role ${expected.roleName}`, up)
          : {
              ...cannotEnter(own.message, expected, up),
              message: `cannot be entered, and not looked at: ${role.message}`,
            },
      ];
  }
  const roleFindings = !role
    ? []
    : isRefusal(role)
      ? [
          unknown(
            "role",
            `may not read itself (${role.code}): its stack is of an older version, or its policy was written by hand`,
            up,
          ),
        ]
      : [
          ...trustFindings(role.trust, expected, up),
          ...sessionFindings(role, expected),
          ...policyFindings(role, expected, up),
        ];
  if (!own.entered && !roleFindings.some(({ verdict }) => verdict === "problem"))
    roleFindings.unshift(
      problem(
        "trust",
        `cannot be entered although its role trusts as it should: ${own.message}`,
        "look for a service control policy or a permissions boundary that denies sts:AssumeRole",
      ),
    );
  return [...entryFindings(facts, up), ...roleFindings, ...regionFindings(facts, expected)];
}

const cannotEnter = (message: string, { roleName }: Expected, up: string): Finding =>
  problem(
    "trust",
    `cannot be entered: ${message}. AWS does not tell which: there is no role ${roleName}, it trusts another account, or it asks for another external id`,
    `${up}; or look from inside first: itaudit doctor --through <a role of the account that you may assume>`,
  );

function entryFindings({ own, without, other }: AccountFacts, up: string): Finding[] {
  if (!own.entered) return [];
  const lax = [
    ...(without?.entered ? ["without an external id"] : []),
    ...(other?.entered ? ["with a wrong one"] : []),
  ];
  return lax.length
    ? [problem("external id", `the role lets the auditors in ${lax.join(" and ")}`, up)]
    : [ok("external id", "let in with it, refused without it and with another")];
}

function sessionFindings({ max_session_seconds }: RoleFacts, { sessionSeconds }: Expected): Finding[] {
  if (max_session_seconds === sessionSeconds) return [ok("session", `${sessionSeconds / 60} minutes`)];
  return [
    note(
      "session",
      `may last ${max_session_seconds / 60} minutes; the program sets ${sessionSeconds / 60}, and AWS gives a chained role no more`,
    ),
  ];
}

function policyFindings(role: RoleFacts, expected: Expected, up: string): Finding[] {
  const { selfPolicy, insteadOfGenerated } = expected;
  const standIn = role.attached.map(({ name }) => name).find((name) => insteadOfGenerated.includes(name));
  const self = selfPolicy.of(
    role.arn,
    role.attached.map(({ name }) => name),
  );
  const needed = grantsOf(standIn ? [] : [...expected.documents, self].map((document) => JSON.stringify(document)));
  const all = [...role.attached, ...role.inline];
  const unread = all.flatMap(({ name, document }) =>
    typeof document === "string" ? [] : [`${name} (${document.code})`],
  );
  const found = grantsOf(
    all.flatMap(({ document }) => (typeof document === "string" && document !== "{}" ? [document] : [])),
  );
  const missing = unread.length ? [] : [...needed].filter((grant) => !found.has(grant));
  const spare = [...found].filter((grant) => !needed.has(grant));
  const versions = role.attached.flatMap(({ name, version }) =>
    version ? [`${name.split("/").at(-1)} ${version}`] : [],
  );
  const findings = [
    ...(unread.length
      ? [
          problem(
            "policy",
            `has policies that this program did not make, and that it may not read: ${firstOf(unread)}`,
            up,
          ),
        ]
      : []),
    ...(missing.length
      ? [problem("policy", `lacks ${missing.length} of ${needed.size} permissions: ${firstOf(missing)}`, up)]
      : []),
    ...(spare.length
      ? [problem("policy", `allows ${spare.length} that no deployed auditor needs: ${firstOf(spare)}`, up)]
      : []),
  ];
  if (findings.length) return findings;
  if (standIn) return [note("policy", `${standIn.split("/").at(-1)} of AWS's own, in place of the generated one`)];
  return [ok("policy", `as generated, ${needed.size} permissions (${versions.join(", ")})`)];
}

const OPEN = new Set(["opted-in", "opt-in-not-required"]);

function regionFindings({ regions }: AccountFacts, expected: Expected): Finding[] {
  if (!regions) return [];
  if (isRefusal(regions)) return [unknown("regions", `which are open is not known: ${regions.message}`)];
  const open = regions.filter(({ state }) => OPEN.has(state)).map(({ name }) => name);
  if (!expected.regions.length) return [ok("regions", `${open.length} are open, and all of them are audited`)];
  const closed = expected.regions.filter((name) => !open.includes(name));
  const unseen = open.filter((name) => !expected.regions.includes(name));
  const findings = [
    ...(closed.length ? [note("regions", `of the configured ones not open here: ${firstOf(closed)}`)] : []),
    ...(unseen.length ? [note("regions", `open here, and not audited by configuration: ${firstOf(unseen)}`)] : []),
  ];
  return findings.length ? findings : [ok("regions", "those configured are those that are open")];
}
