import { type Aggregator, type Collector, type Listing, type Read, readsOf, type Service } from "./collector.ts";

/** What follows from a declaration of a type of resource, without the SDK client that it is read with: plain data. */
export interface CollectorOutline extends Pick<Collector, "type" | "scope"> {
  listing: Pick<Listing, "operation">;
  /** What each of its operations asks of IAM. */
  reads: readonly Pick<Read, "actions" | "resources">[];
  /** Columns of its table, packed as `src/tables/columns.ts` does it. */
  members: readonly (readonly [member: string, type: number])[];
}

/** The same of a service. */
export interface ServiceOutline extends Pick<Service, "name" | "module"> {
  collectors: readonly CollectorOutline[];
}

/** An auditor as a deployment must know it: with its declarations, or with what follows from them. */
export interface AuditorOutline {
  name: string;
  services: readonly (Pick<Service, "name" | "module" | "collectors"> | ServiceOutline)[];
  aggregator?: Aggregator;
}

/** What a collector's operations ask of IAM. */
export const rightsOf = (collector: Collector | CollectorOutline): readonly Pick<Read, "actions" | "resources">[] =>
  "reads" in collector ? collector.reads : readsOf(collector);
