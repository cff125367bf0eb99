/**
 * The words to declare a service of one's own ({@link reads}), in a file that a function's code is made from: it imports
 * nothing but these and the client of its SDK.
 * @module
 */
export {
  type Batch,
  type BatchInput,
  type ClientClass,
  type ClientConfig,
  type Collector,
  type CommandClass,
  type Counted,
  type DescribeOptions,
  type Detail,
  type Input,
  inline,
  type JoinedListing,
  type Listing,
  type ListingOf,
  type Naming,
  type OnlyWith,
  type Parent,
  type Read,
  type Resource,
  type ResourceType,
  reads,
  type Scope,
  type Service,
  type Tags,
  tagsFrom,
  tagsInBatches,
  type WithoutOther,
} from "../auditors/collector.ts";
export type { Extent, OperationSchema, Paging } from "../auditors/paging.ts";
export type { Path, Where, WhereResource } from "../auditors/paths.ts";
export { taggingApi } from "../auditors/tagging.ts";
