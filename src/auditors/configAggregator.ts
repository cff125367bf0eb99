import {
  ConfigServiceClient,
  DescribeConfigurationAggregatorSourcesStatusCommand,
  SelectAggregateResourceConfigCommand,
} from "@aws-sdk/client-config-service";
import { type Aggregator, type Auditor, type ResourceType, reads } from "./collector.ts";
import { GLOBALLY_RECORDED } from "./globallyRecorded.ts";
import { SECRETS } from "./secrets.ts";

const { from, under, list } = reads("config");

/** The name of the auditor of what an aggregator is asked. */
export const CONFIG_AGGREGATOR = "configaggregator";

/**
 * Types that an aggregator of AWS Config is asked about: one call answers for all regions of an account, and no account
 * is entered. What is not aggregated or not recorded is not collected, and never an empty listing.
 *
 * AWS Config puts what has no region under `global`, as this system does. Which types those are it says of few: any
 * other is planned in every region and under `global`.
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html
 */
export function configAggregator(aggregator: Aggregator, types: readonly ResourceType[]): Auditor {
  // An aggregator's ARN has an id that only its maker has seen.
  const resources = [`arn:*:config:${aggregator.region}:${aggregator.account}:config-aggregator/*`];
  const sources = from(DescribeConfigurationAggregatorSourcesStatusCommand, "AggregatedSourceStatusList", {
    resources,
  });
  const select = under(sources, SelectAggregateResourceConfigCommand, "Results", {}, { resources, as: "value" });
  return {
    name: CONFIG_AGGREGATOR,
    aggregator,
    services: [
      {
        name: CONFIG_AGGREGATOR,
        title: "Types that an aggregator of AWS Config is asked about, as configured",
        client: ConfigServiceClient,
        collectors: types.flatMap((type) =>
          (GLOBALLY_RECORDED.has(type) ? (["global"] as const) : (["regional", "global"] as const)).map((scope) =>
            list(type, select, { scope, json: "value", redactNames: SECRETS }),
          ),
        ),
      },
    ],
  };
}
