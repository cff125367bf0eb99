import type { ReadError } from "../evidence/outcome.ts";
import { GLOBAL } from "../evidence/plan.ts";
import type { Problem } from "./problem.ts";
import { type Recorder, records } from "./recorders.ts";

/** A source of an aggregator as AWS answers it: a region of an account, or an organization. */
export interface Source {
  SourceId?: string;
  SourceType?: "ACCOUNT" | "ORGANIZATION";
  AwsRegion?: string;
  LastUpdateStatus?: "FAILED" | "SUCCEEDED" | "OUTDATED";
  LastUpdateTime?: Date;
  LastErrorCode?: string;
  LastErrorMessage?: string;
}

/**
 * The sources that speak of an account: its own. Only an aggregator whose sources name no account at all is believed on
 * its organization's word; which accounts have nothing recorded shows all the same.
 */
export function sourcesOf(sources: readonly Source[], account: string): Source[] {
  const accounts = sources.filter(({ SourceType }) => SourceType === "ACCOUNT");
  return accounts.length ? accounts.filter(({ SourceId }) => SourceId === account) : [...sources];
}

/** A type of resource in an account's region, or under `global`. */
export interface TypeScope {
  account: string;
  region: string;
  type: string;
  /** Whether the aggregator has any of it. */
  found: boolean;
}

/**
 * Why an aggregator's answer about a type is not the whole truth: the region is not aggregated, its copy is not up to
 * date, or nobody records the type there. Undefined: it is, and where it found none there are none.
 * @param sources those of the account
 * @param recorders all of the account that the aggregator knows
 */
export function gapOf(
  scope: TypeScope,
  sources: readonly Source[],
  recorders: readonly Recorder[],
): Problem | undefined {
  const { account, region, type, found } = scope;
  const isGlobal = region === GLOBAL;
  const inRegion = ({ AwsRegion }: Source) => AwsRegion === undefined || AwsRegion === region;
  // What is global is in the copy of each region whose recorder keeps it; one that says nothing of itself might.
  const mayKeep = ({ AwsRegion }: Source) => {
    const there = recorders.filter(({ awsRegion }) => awsRegion === AwsRegion);
    return !there.length || there.some((each) => records(each, type));
  };
  const own = isGlobal ? [...sources] : sources.filter(inRegion);
  if (!own.length)
    return gap(scope, "not-enabled", {
      operation: "DescribeConfigurationAggregatorSourcesStatus",
      code: "NotAggregated",
      message: `${sources.length ? region : account} is not among the aggregator's sources${sources.length ? ` in ${account}` : ""}`,
    });
  const stale = own
    .filter((source) => !isGlobal || mayKeep(source))
    .find(({ LastUpdateStatus }) => LastUpdateStatus !== "SUCCEEDED");
  if (stale) {
    const { AwsRegion, LastUpdateStatus = "unknown", LastUpdateTime, LastErrorCode, LastErrorMessage } = stale;
    const since = LastUpdateTime ? ` (${LastUpdateTime.toISOString()})` : "";
    return gap(scope, "failed", {
      operation: "DescribeConfigurationAggregatorSourcesStatus",
      code: LastErrorCode ?? LastUpdateStatus,
      message: `the aggregator's copy of ${account}${AwsRegion ? ` in ${AwsRegion}` : ""} is ${LastUpdateStatus.toLowerCase()}${since}${LastErrorMessage ? `: ${LastErrorMessage}` : ""}`,
    });
  }
  const there = isGlobal ? recorders : recorders.filter(({ awsRegion }) => awsRegion === region);
  if (there.some((each) => records(each, type)) || (!there.length && found)) return undefined;
  return gap(scope, found ? "failed" : "not-enabled", {
    operation: "SelectAggregateResourceConfig",
    code: there.length ? "NotRecorded" : "NoRecorder",
    message: there.length
      ? `no recorder of AWS Config that is on records ${type} ${isGlobal ? `in any region of ${account}` : `in ${region} of ${account}`}`
      : `AWS Config has no recorder ${isGlobal ? "" : `in ${region} `}of ${account}`,
  });
}

const gap = (
  { type }: TypeScope,
  status: Problem["status"],
  error: Pick<ReadError, "operation" | "code" | "message">,
): Problem => ({ status, error: { ...error, resource_type: type, status, incomplete: "resources", times: 1 } });
