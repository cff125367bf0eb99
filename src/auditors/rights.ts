import { type Collector, isGlobal, type Listing, type Read, readsOf, type Service } from "./collector.ts";

/** IAM actions that a call asks for, and what they are granted on; everything where `resources` is undefined. */
export type Right = Pick<Read, "actions" | "resources">;

/** What reading a type of resource asks of IAM. */
export interface TypeRights {
  type: string;
  /** Whether it is read once for the account. */
  global: boolean;
  /** For finding the resources: nothing of the type is read without one of these. */
  listing: readonly Right[];
  /** For what the listing leaves out. */
  details: readonly Right[];
}

/** The same of all types of a service. */
export const rightsOfService = ({ collectors }: Pick<Service, "collectors">): TypeRights[] =>
  collectors.map((collector) => {
    const reads = readsOf(collector).map((read) => ({ read, listing: isListing(collector.listing, read) }));
    const such = (listing: boolean) =>
      distinct(reads.filter((each) => each.listing === listing).map(({ read }) => read));
    return { type: collector.type, global: isGlobal(collector), listing: such(true), details: such(false) };
  });

/** Whether a read is the listing itself, or one in front of it. */
function isListing(listing: Collector["listing"], read: object): boolean {
  for (let each: Listing | undefined = listing; each; each = each.parent?.listing) if (each === read) return true;
  return false;
}

function distinct(reads: readonly Read[]): Right[] {
  const rights = reads.map(({ actions, resources }) => (resources ? { actions, resources } : { actions }));
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}
