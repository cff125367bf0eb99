import { randomOf } from "../random.ts";
import type { Member } from "../state.ts";

export const ORGANIZATION = "o-sandbox0000";
export const ROOT = "r-sbox";
/** Pays for the others; nothing else runs in it. */
export const MANAGEMENT_ACCOUNT = "888888888888";
/** Holds the audit system, as a delegated administrator of the organization. */
export const AUDIT_ACCOUNT = "999999999999";

/** An organizational unit below the root or another unit. */
export interface Unit {
  id: string;
  name: string;
  parent: string;
}
export const UNITS: readonly Unit[] = [
  { id: "ou-sbox-security", name: "security", parent: ROOT },
  { id: "ou-sbox-workload", name: "workloads", parent: ROOT },
  { id: "ou-sbox-prod0000", name: "production", parent: "ou-sbox-workload" },
  { id: "ou-sbox-test0000", name: "development", parent: "ou-sbox-workload" },
  { id: "ou-sbox-closed00", name: "suspended", parent: ROOT },
];

/** A policy of the organization, and what it is attached to. */
export interface OrganizationPolicy {
  id: string;
  name: string;
  type: "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY";
  awsManaged: boolean;
  statement: object;
  targets: readonly string[];
}
const leaving = { Effect: "Deny", Action: "organizations:LeaveOrganization", Resource: "*" };
const untrusted = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: "*",
  Condition: {
    StringNotEqualsIfExists: { "aws:PrincipalOrgID": ORGANIZATION },
    BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
  },
};
/** The root's own let everything through; what takes away hangs below. */
export const POLICIES: readonly OrganizationPolicy[] = [
  {
    id: "p-FullAWSAccess",
    name: "FullAWSAccess",
    type: "SERVICE_CONTROL_POLICY",
    awsManaged: true,
    statement: { Effect: "Allow", Action: "*", Resource: "*" },
    targets: [ROOT, ...UNITS.map(({ id }) => id)],
  },
  {
    id: "p-sbox0stay",
    name: "no-account-leaves",
    type: "SERVICE_CONTROL_POLICY",
    awsManaged: false,
    statement: leaving,
    targets: ["ou-sbox-workload"],
  },
  {
    id: "p-sbox0ours",
    name: "buckets-for-us-alone",
    type: "RESOURCE_CONTROL_POLICY",
    awsManaged: false,
    statement: untrusted,
    targets: ["ou-sbox-prod0000"],
  },
];

/** A unit or the root with all units below it. */
export const unitsBelow = (id: string): string[] => [
  id,
  ...UNITS.filter(({ parent }) => parent === id).flatMap((unit) => unitsBelow(unit.id)),
];

/** Accounts that are there whatever the estate's size. */
const FIXED: readonly Member[] = [
  { id: MANAGEMENT_ACCOUNT, name: "company", state: "ACTIVE", unit: ROOT },
  { id: AUDIT_ACCOUNT, name: "audit", state: "ACTIVE", unit: "ou-sbox-security" },
];

/** Every account of the organization, in the order in which AWS lists them: none that means anything. */
export const accountsOf = (members: readonly Member[]): Member[] => [...members, ...FIXED];

const NAMES = ["shop", "payments", "search", "warehouse", "analytics", "identity", "media", "support"];
const STAGES = ["prod", "dev", "test"];

/** What became of an account: of a hundred some are on their way in or out. */
function stateOf(draw: number): Member["state"] {
  if (draw < 0.03) return "SUSPENDED";
  if (draw < 0.04) return "PENDING_CLOSURE";
  return draw < 0.045 ? "CLOSED" : draw < 0.05 ? "PENDING_ACTIVATION" : "ACTIVE";
}

/** The member accounts of the company: the first three have ids that are easy to type, and are active. */
export function membersOf(seed: number, count: number): Member[] {
  const random = randomOf(`${seed} organization`);
  const seen = new Set(FIXED.map(({ id }) => id));
  return Array.from({ length: count }, (_none, index) => {
    let id = String(index + 1).repeat(12);
    while (seen.has(id) || id.length !== 12) id = String(Math.floor(4e11 + random() * 4e11));
    seen.add(id);
    const stage = STAGES[index % STAGES.length]!;
    const suffix = index < NAMES.length ? "" : `-${index}`;
    const state = index >= 3 ? stateOf(random()) : "ACTIVE";
    return {
      id,
      name: `${NAMES[index % NAMES.length]}-${stage}${suffix}`,
      state,
      unit: state === "ACTIVE" ? (stage === "prod" ? "ou-sbox-prod0000" : "ou-sbox-test0000") : "ou-sbox-closed00",
    };
  });
}
