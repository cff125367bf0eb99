import type { Outcome, ReadError } from "../evidence/outcome.ts";
import { GLOBAL } from "../evidence/plan.ts";
import type { Covered } from "./catalog.ts";

/** Something that a planned item left unknown of one resource type. */
export interface Gap {
  auditor: string;
  account_id: string;
  region: string;
  resource_type: string;
  /** Of this type, where the error tells: an auditor covers many. */
  status: Outcome["status"] | "deleted";
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
export function gapsOf(outcome: Outcome, covered: readonly Covered[]): Gap[] {
  const { auditor, account_id, region, status } = outcome;
  const here = covered.filter(({ global }) => global === (region === GLOBAL));
  return here.flatMap(({ type, operation }): Gap[] => {
    const gap = { auditor, account_id, region, resource_type: type, status };
    if (nothingRead(outcome)) return [{ ...gap, listed: false }];
    return outcome.errors
      .filter((error) => (error.resource_type === undefined ? !isAside(outcome, error) : error.resource_type === type))
      .map((error) => ({
        ...gap,
        status: error.status ?? status,
        listed:
          error.resource_type === type &&
          // What is below something that is gone is not there: nothing is missing.
          (error.status === "deleted" ||
            (error.incomplete ? error.incomplete !== "resources" : error.operation !== operation)),
        error,
      }));
  });
}
