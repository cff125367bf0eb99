/**
 * Who is let in by a resource-based policy or a role's trust policy, after explicit denies, with the statements that
 * decide. An upper bound: nobody else is let in.
 *
 * Exports:
 * - {@link audiencesOf}`(policy, { trust?, signed?, resource? }): Audience[]`: for each Allow statement and principal
 *   what it opens to whom; an empty list and a document that is not there let nobody in
 * - {@link Audience}: `{ kind, members, onBehalfOf?, actions?, notActions?, resources?, notResources?, statements, why }`
 * - {@link AudienceKind}: `nobody | principals | accounts | organizations | networks | service | everybody | notKnown`
 * - {@link openness}`(audiences): "closed" | "open" | "notKnown"`: whether anybody at all may come in, directly or by
 *   way of an AWS service that acts for any account
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
import { federatedAudience } from "./federation.ts";
import { keysPresent, type Narrowing, narrowingOf } from "./narrowing.ts";
import type { Policy, Principals, Statement } from "./parse.ts";
import { contains, overlaps } from "./wildcards.ts";

export type AudienceKind =
  | "nobody"
  | "principals"
  | "accounts"
  | "organizations"
  | "networks"
  | "service"
  | "everybody"
  | "notKnown";

export interface Audience {
  kind: AudienceKind;
  /**
   * ARNs (or a provider with its subject, a unique id, `sts:ExternalId …`), account ids, organization ids or paths,
   * address ranges and VPCs, or service principals (`*`: any). `aws:ResourceAccount` and `aws:ResourceOrgID` stand for
   * the resource's own. Empty for nobody, everybody and notKnown.
   */
  members: string[];
  /** Of a service: for whom it acts when it comes. */
  onBehalfOf?: { kind: Exclude<AudienceKind, "service" | "nobody">; members: string[] };
  /** Patterns of what is opened, as written; `notActions`: all but these. */
  actions?: string[];
  notActions?: string[];
  resources?: string[];
  notResources?: string[];
  /** Positions of the statements that decide: the Allow first, then the Denies that take something back. */
  statements: number[];
  /** In words, for a reader of a finding. */
  why: string;
}

export interface AudienceRequest {
  /** A role's trust policy: no anonymous callers, and services use a role only as this account hands it to them. */
  trust?: boolean;
  /** Every request is signed, as with KMS: keys of the caller are never absent. */
  signed?: boolean;
  /** ARN of the resource, so that a Deny that names it covers an Allow on `*`. */
  resource?: string;
}

/** A part of what a statement opens, while denies are being taken off it. */
type Part = Pick<Audience, "kind" | "members" | "onBehalfOf" | "why">;

const SIGNED = [
  "aws:principalarn",
  "aws:principalaccount",
  "aws:userid",
  "aws:principalisawsservice",
  "kms:calleraccount",
];

const everybody = (why: string): Part => ({ kind: "everybody", members: [], why });
const nobody = (why: string): Part => ({ kind: "nobody", members: [], why });
const notKnown = (why: string): Part => ({ kind: "notKnown", members: [], why });

const ACCOUNT = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/;

/** Principals that a policy names once their user or role is deleted: nobody has the id any more. */
const DELETED = /^A(?:ROA|IDA|GPA|IPA)[A-Z0-9]{10,}$/;

function memberPart(
  kind: string,
  value: string,
  statement: Statement,
  version: Policy["version"],
  trust: boolean,
): Part {
  if (kind === "Service" && !/[*?]/.test(value))
    return {
      kind: "service",
      members: [value],
      // A service takes a role only when somebody who may pass the role tells it to.
      onBehalfOf: trust ? { kind: "accounts", members: ["aws:ResourceAccount"] } : { kind: "everybody", members: [] },
      why: trust ? `${value}, for this account` : `${value} acts for any account`,
    };
  if (kind === "Federated") {
    const found = federatedAudience(value, statement.conditions, version);
    if (found.who === "all") return everybody(found.why);
    return found.who === "notKnown" ? notKnown(found.why) : { kind: "principals", members: found.members, why: value };
  }
  if (kind === "CanonicalUser" && !/[*?]/.test(value))
    return { kind: "principals", members: [value], why: `canonical user ${value}` };
  const account = ACCOUNT.exec(value)?.[1];
  if (account) return { kind: "accounts", members: [account], why: `account ${account}` };
  if (DELETED.test(value)) return nobody(`${value} was deleted`);
  return /[*?]/.test(value)
    ? notKnown(`the principal ${value} has a wildcard, which AWS does not take`)
    : { kind: "principals", members: [value], why: value };
}

function partsOf(statement: Statement, version: Policy["version"], trust: boolean): Part[] {
  if (statement.notPrincipals) return [everybody("Allow with NotPrincipal lets in everybody it does not name")];
  const { principals } = statement;
  if (!principals) return [notKnown("the statement names no principal")];
  return [
    ...(principals.everybody ? [everybody("the principal is everybody")] : []),
    ...principals.members.map(({ kind, value }) => memberPart(kind, value, statement, version, trust)),
  ];
}

const ORDER = [
  "never",
  "principals",
  "accounts",
  "organizations",
  "networks",
  "services",
  "notKnown",
  "nothing",
] as const;
const rank = (each: Narrowing): number => ORDER.indexOf("kind" in each ? each.kind : each.to);
const narrowest = (all: readonly Narrowing[]): Narrowing[] => [...all].sort((a, b) => rank(a) - rank(b));

/** What is left of a part for requests that a condition lets through. */
function narrowed(part: Part, by: Narrowing): Part {
  const said = "members" in by ? ` only for ${by.members.join(", ")}` : "";
  switch (by.to) {
    case "never":
      return nobody("no request can fulfil the condition");
    case "nothing":
      return part;
    case "notKnown":
      if (by.ofCaller && part.kind === "service") return nobody("a service has no such key");
      return isOpen(part) ? notKnown(by.why) : part;
    case "sources":
      if (part.kind !== "service" && !maybeAnybody(part)) return part;
      return {
        kind: "service",
        members: part.kind === "service" ? part.members : ["*"],
        onBehalfOf: by.kind === "networks" ? { kind: "notKnown", members: [] } : { kind: by.kind, members: by.members },
        why: `${part.why},${said}`,
      };
    case "services":
      if (part.kind !== "everybody") return part;
      return {
        kind: "service",
        members: by.members,
        onBehalfOf: { kind: "everybody", members: [] },
        why: `AWS services (${by.members.join(", ")}) act for any account`,
      };
    default:
      // Services have no account and no organization of their own in these keys.
      if (part.kind === "service") return by.kind === "networks" ? part : nobody("a service has no such key");
      return maybeAnybody(part) ? { kind: by.kind, members: by.members, why: `${part.why},${said}` } : part;
  }
}

/** Who is not known is at most everybody, and narrowed as everybody is. */
const maybeAnybody = ({ kind }: Part): boolean => kind === "everybody" || kind === "notKnown";

const isOpen = ({ kind, onBehalfOf }: Part): boolean =>
  kind === "everybody" || (kind === "service" && onBehalfOf?.kind === "everybody");

function afterConditions(part: Part, statement: Statement, version: Policy["version"], present: string[]): Part {
  const keys = new Set([...present, ...keysPresent(statement.conditions)]);
  const found = statement.conditions.map((each) => narrowingOf(each, { version, when: "holds", present: keys }));
  // A source that is fixed says more of a service than that it is one.
  const order = narrowest(found).sort((a, b) => Number(b.to === "services") - Number(a.to === "services"));
  return order.reduce(narrowed, part);
}

/** Whether a Deny covers an action pattern of an Allow, on all of its resources. */
function covers(deny: Statement, action: string | undefined, allow: Statement, resource: string | undefined): boolean {
  return coversAction(deny, action, allow) && coversResource(deny, allow, resource);
}

function coversAction(deny: Statement, action: string | undefined, allow: Statement): boolean {
  if (action !== undefined) {
    if (deny.actions) return contains(deny.actions, action, "action");
    return !(deny.notActions ?? ["*"]).some((each) => overlaps(each, action, "action"));
  }
  const open = allow.notActions ?? [];
  if (deny.actions) return contains([...deny.actions, ...open], "?*:?*", "action");
  return (deny.notActions ?? ["*"]).every((each) => contains(open, each, "action"));
}

function coversResource(deny: Statement, allow: Statement, resource: string | undefined): boolean {
  if (!deny.resources && !deny.notResources) return true;
  if (allow.notResources)
    return deny.resources
      ? deny.resources.includes("*")
      : deny.notResources!.every((each) => contains(allow.notResources!, each, "resource"));
  const open =
    resource && (allow.resources ?? ["*"]).some((each) => each === "*") ? [resource] : (allow.resources ?? ["*"]);
  return open.every((each) =>
    deny.resources
      ? contains(deny.resources, each, "resource")
      : !deny.notResources!.some((other) => overlaps(other, each, "resource")),
  );
}

/** Whether a Deny names every member of a part, itself or by its account. */
const names = (principals: Principals, { members }: Part): boolean =>
  principals.everybody ||
  (members.length > 0 &&
    members.every((member) =>
      principals.members.some(({ value }) => {
        const account = ACCOUNT.exec(value)?.[1];
        return value === member || (account !== undefined && account === accountOf(member));
      }),
    ));

const accountOf = (member: string): string | undefined =>
  ACCOUNT.exec(member)?.[1] ?? (member.startsWith("arn:") ? member.split(":")[4] : undefined);

/** What a Deny leaves of a part; the part itself where it takes nothing back. */
function afterDeny(part: Part, deny: Statement, version: Policy["version"], present: string[]): Part[] {
  if (deny.problem) return [isOpen(part) ? notKnown(`a Deny is not understood: ${deny.problem}`) : part];
  if (part.kind === "nobody") return [part];
  const spared: Part[] = [];
  if (deny.notPrincipals) {
    if (deny.notPrincipals.everybody) return [part];
    if (maybeAnybody(part))
      spared.push(
        ...deny.notPrincipals.members.map(({ kind, value }) => memberPart(kind, value, deny, version, false)),
      );
    else if (names(deny.notPrincipals, part)) return [part];
  } else if (!deny.principals || !names(deny.principals, part)) return [part];
  // A request gets through where one condition fails, whatever the others say.
  for (const condition of deny.conditions) {
    const left = narrowingOf(condition, { version, when: "fails", present: new Set(present) });
    if (left.to === "nothing") return [part];
    spared.push(unlessAnyService(narrowed(part, left)));
  }
  const some = spared
    .filter(({ kind }) => kind !== "nobody")
    // Who may come in at all does not get more certain by a Deny.
    .map((each) => (part.kind === "notKnown" && isOpen(each) ? part : each));
  return some.length ? some : [nobody("an explicit deny takes it back")];
}

/** "Unless an AWS service calls" leaves open which services do, and for whom. */
const unlessAnyService = (part: Part): Part =>
  part.kind === "service" && part.members.includes("*")
    ? { ...part, onBehalfOf: { kind: "notKnown", members: [] }, why: "AWS services are spared from the deny" }
    : part;

interface Opened {
  part: Part;
  denies: number[];
}

function opened(policy: Policy, allow: Statement, action: string | undefined, request: AudienceRequest): Opened[] {
  const present = request.trust || request.signed ? SIGNED : [];
  let parts: Opened[] = allow.problem
    ? [{ part: notKnown(`statement ${allow.index}: ${allow.problem}`), denies: [] }]
    : partsOf(allow, policy.version, request.trust ?? false).map((part) => ({
        part: afterConditions(part, allow, policy.version, present),
        denies: [],
      }));
  for (const deny of policy.statements) {
    if (deny.effect !== "Deny" || !covers(deny, action, allow, request.resource)) continue;
    parts = parts.flatMap(({ part, denies }) =>
      afterDeny(part, deny, policy.version, present).map((left) => ({
        part: left,
        denies: left === part ? denies : [...denies, deny.index],
      })),
    );
  }
  return parts;
}

/** Who a policy lets in; see {@link Audience}. */
export function audiencesOf(policy: Policy, request: AudienceRequest = {}): Audience[] {
  if (policy.empty) return [];
  const audiences = new Map<string, Audience>();
  for (const allow of policy.statements) {
    if (allow.effect !== "Allow") continue;
    for (const action of allow.actions ?? [undefined])
      for (const { part, denies } of opened(policy, allow, action, request)) {
        const name = JSON.stringify([allow.index, part, denies]);
        const known = audiences.get(name);
        if (known) known.actions?.push(...(action === undefined ? [] : [action]));
        else audiences.set(name, { ...part, ...scopeOf(allow, action), statements: [allow.index, ...denies] });
      }
  }
  const found = [...audiences.values()];
  if (policy.problem) found.push({ ...notKnown(policy.problem), statements: [] });
  return found;
}

const scopeOf = (
  allow: Statement,
  action: string | undefined,
): Pick<Audience, "actions" | "notActions" | "resources" | "notResources"> => ({
  ...(action === undefined ? {} : { actions: [action] }),
  ...(allow.notActions ? { notActions: allow.notActions } : {}),
  ...(allow.resources ? { resources: allow.resources } : {}),
  ...(allow.notResources ? { notResources: allow.notResources } : {}),
});

/**
 * Whether a policy is open to anybody at all: everybody, or an AWS service that acts for any account. What is not
 * understood makes it not known, unless another statement is open.
 */
export function openness(audiences: readonly Audience[]): "closed" | "open" | "notKnown" {
  if (audiences.some(isOpen)) return "open";
  const unclear = audiences.some(({ kind, onBehalfOf }) => kind === "notKnown" || onBehalfOf?.kind === "notKnown");
  return unclear ? "notKnown" : "closed";
}
