import type { Service } from "../auditors/collector.ts";
import { rightsOfService, type TypeRights } from "../auditors/rights.ts";
import type { Policy, Statement } from "../policy/parse.ts";
import { hasVariables } from "../policy/variables.ts";
import { contains, isEveryResource, matchesAction, overlaps } from "../policy/wildcards.ts";

/** What a service's declarations ask for, and a policy does not give. */
export interface Unread {
  service: string;
  /** IAM actions that are asked for, and those of them that are missing, each sorted. */
  actions: string[];
  missing: string[];
  /** Resource types of which a listing needs a missing action: nothing of them is read. */
  types: string[];
}

/** Policies of whoever calls, as far as they could be read. */
export interface CallerPolicies {
  /** What is attached to the user or role, and to the user's groups. */
  identity: readonly Policy[];
  /** False where one of these could not be read: it may allow anything. */
  complete: boolean;
  boundary?: Policy | undefined;
}

/** An action that IAM is asked for, on what (everything where undefined), and in which partition. */
interface Request {
  action: string;
  resources: readonly string[] | undefined;
  partition: string;
}

/**
 * What of the declarations a policy leaves unread in a partition, service by service. What hangs on a condition is not
 * counted as given.
 */
export const unreadWith = (policy: Policy, services: readonly Service[], partition: string): Unread[] =>
  services.map((service) =>
    unread(service.name, rightsOfService(service), partition, (request) => !gives([policy], request)),
  );

/**
 * What of a service IAM will refuse, whatever conditions hold: an action that no policy of the caller allows on
 * anything, or that one denies on everything. Policies that are not looked at (SCPs, a session's, an endpoint's) only
 * take away; those of resources can give what is told here.
 * @param partition the caller's: what a policy says of another one does not count
 */
export const refusedWith = (
  policies: CallerPolicies,
  partition: string,
  service: string,
  types: readonly TypeRights[],
): Unread => unread(service, types, partition, (request) => refuses(policies, request));

function unread(
  service: string,
  types: readonly TypeRights[],
  partition: string,
  isMissing: (request: Request) => boolean,
): Unread {
  const requested = new Set<string>();
  const missing = new Set<string>();
  const unlisted = new Set<string>();
  for (const { type, listing, details } of types)
    for (const right of [...listing, ...details])
      for (const action of right.actions) {
        requested.add(action);
        if (!isMissing({ action, resources: inPartition(right.resources, partition), partition })) continue;
        missing.add(action);
        if (listing.includes(right)) unlisted.add(type);
      }
  return { service, actions: [...requested].sort(), missing: [...missing].sort(), types: [...unlisted].sort() };
}

/** Declarations are for every partition; a policy is of one. */
const inPartition = (resources: readonly string[] | undefined, partition: string): readonly string[] | undefined =>
  resources?.map((arn) => arn.replace(/^arn:\*:/, `arn:${partition}:`));

function gives(policies: readonly Policy[], request: Request): boolean {
  const statements = about(policies, request.action);
  return (
    statements.some((each) => each.effect === "Allow" && isUnconditional(each) && isOnAll(each, request)) &&
    !statements.some((each) => each.effect === "Deny")
  );
}

function refuses({ identity, complete, boundary }: CallerPolicies, request: Request): boolean {
  const { action, resources } = request;
  const sides = [...(complete ? [identity] : []), ...(boundary ? [[boundary]] : [])];
  const mayAllow = (policies: readonly Policy[]) =>
    policies.some(({ problem }) => problem !== undefined) ||
    about(policies, action).some((each) => each.effect === "Allow" && mayBeOnSome(each, resources));
  const denies = (each: Statement) => each.effect === "Deny" && isUnconditional(each) && isOnAll(each, request);
  return (
    sides.some((side) => !mayAllow(side)) || about([...identity, ...(boundary ? [boundary] : [])], action).some(denies)
  );
}

/** Statements that are about an action. What could not be understood of one makes it one that may be. */
const about = (policies: readonly Policy[], action: string): Statement[] =>
  policies.flatMap(({ statements }) => statements.filter((statement) => concerns(statement, action)));

const concerns = ({ actions, notActions, problem }: Statement, action: string): boolean => {
  if (actions) return actions.some((pattern) => matchesAction(pattern, action));
  return notActions ? !notActions.some((pattern) => matchesAction(pattern, action)) : problem !== undefined;
};

const isUnconditional = ({ conditions, problem }: Statement): boolean => !conditions.length && problem === undefined;

const isOnAll = ({ resources: given }: Statement, { resources, partition }: Request): boolean =>
  given !== undefined &&
  (resources ? resources.every((each) => contains(given, each, "resource")) : isEveryResource(given, [partition]));

const ARN_COMPONENTS = 6;

/** A variable can have any value, and an ARN that ends early means everything below it. */
const mayBeOnSome = ({ resources: given }: Statement, requested: readonly string[] | undefined): boolean =>
  !given ||
  !requested ||
  given.some(
    (each) =>
      hasVariables(each, "2012-10-17") ||
      each.split(":").length < ARN_COMPONENTS ||
      requested.some((other) => overlaps(each, other, "resource")),
  );
