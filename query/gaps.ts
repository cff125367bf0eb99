import type { Outcome, ReadError } from "../evidence/outcome.ts";
import type { Covered } from "./catalog.ts";

/** Something that a planned item left unknown of one resource type. */
export interface Gap {
  auditor: string;
  account_id: string;
  region: string;
  resource_type: string;
  status: Outcome["status"];
  /** Whether all resources are there, and only some of what there is to know of them is not. */
  listed: boolean;
  error?: ReadError;
}

/** What an outcome's status alone says, where it has no error that tells more. */
const nothingRead = (outcome: Outcome) => outcome.status !== "collected" && !outcome.errors.length;

/** Which regions are enabled could not be asked; each was tried all the same, and says itself what came of it. */
const isAside = ({ status }: Outcome, { operation }: ReadError) =>
  operation === "DescribeRegions" && status !== "not-enabled";

/**
 * The gaps of an outcome over the resource types that its planned item covers. An error that names no type is about
 * all of them; one of an operation that is not the type's listing leaves the listing whole.
 */
export function gapsOf(outcome: Outcome, covered: readonly Pick<Covered, "type" | "operation">[]): Gap[] {
  const { auditor, account_id, region, status } = outcome;
  return covered.flatMap(({ type, operation }): Gap[] => {
    const gap = { auditor, account_id, region, resource_type: type, status };
    if (nothingRead(outcome)) return [{ ...gap, listed: false }];
    return outcome.errors
      .filter((error) => (error.resource_type === undefined ? !isAside(outcome, error) : error.resource_type === type))
      .map((error) => ({
        ...gap,
        listed: error.resource_type === type && error.operation !== operation,
        error,
      }));
  });
}
