import { readsOf, type Service } from "../auditors/collector.ts";
import type { Policy, Statement } from "../policy/parse.ts";
import { contains, isEveryResource, matchesAction } from "../policy/wildcards.ts";

/** What a service's declarations ask for, and a policy does not give. */
export interface Unread {
  service: string;
  /** IAM actions that are asked for, and those of them that are missing, each sorted. */
  actions: string[];
  missing: string[];
  /** Resource types of which a listing needs a missing action: nothing of them is read. */
  types: string[];
}

/** What of the declarations a policy leaves unread, service by service. What hangs on a condition is not counted as given. */
export function unreadWith(policy: Policy, services: readonly Service[]): Unread[] {
  return services.map(({ name, collectors }) => {
    const missing = new Set<string>();
    const requested = new Set<string>();
    const types = new Set<string>();
    for (const collector of collectors)
      for (const read of readsOf(collector))
        for (const action of read.actions) {
          requested.add(action);
          if (gives(policy, action, read.resources)) continue;
          missing.add(action);
          if (isListing(collector.listing, read)) types.add(collector.type);
        }
    return { service: name, actions: [...requested].sort(), missing: [...missing].sort(), types: [...types].sort() };
  });
}

type Listing = Service["collectors"][number]["listing"];

/** Whether a read is the listing itself, or one in front of it. */
function isListing(listing: Listing, read: object): boolean {
  for (let each: Listing | undefined = listing; each; each = each.parent?.listing) if (each === read) return true;
  return false;
}

function gives({ statements }: Policy, action: string, resources: readonly string[] | undefined): boolean {
  const of = (effect: Statement["effect"]) =>
    statements.filter((statement) => statement.effect === effect && concerns(statement, action));
  const reaches = ({ resources: given }: Statement) =>
    given !== undefined &&
    (resources ? resources.every((resource) => contains(given, resource, "resource")) : isEveryResource(given));
  return of("Allow").some((each) => !each.conditions.length && reaches(each)) && !of("Deny").length;
}

const concerns = ({ actions, notActions }: Statement, action: string): boolean =>
  actions
    ? actions.some((pattern) => matchesAction(pattern, action))
    : Boolean(notActions && !notActions.some((pattern) => matchesAction(pattern, action)));
