import { type Command, Option } from "commander";
import { aggregatorNamed } from "../../src/auditors/aggregatorName.ts";
import type { ResourceType } from "../../src/auditors/collector.ts";
import type { PolicyStatement } from "../../src/auditors/policy.ts";
import {
  DEFAULT_AUDITORS,
  groupNames,
  loadAuditors,
  serviceNames,
  type UndeclaredTypes,
  UnknownAuditorError,
} from "../../src/auditors/registry.ts";
import { OWN_POLICIES } from "../../src/desk/ownPolicies.ts";
import { CliError } from "../cliError.ts";
import { list, print } from "../terminal.ts";

const FORMATS = ["json", "pulumi", "cloudformation", "terraform"] as const;

/**
 * What a desk asks before it reads: the caller's own policies, and which accounts there are where it is told to read an
 * organization. Who calls is never denied, and roles of other accounts are theirs to let in: sts:AssumeRole on them is
 * the caller's to add.
 */
const DESK: PolicyStatement[] = [
  {
    Sid: "Desk",
    Effect: "Allow",
    Action: ["ec2:DescribeRegions", ...OWN_POLICIES, "organizations:ListAccounts"],
    Resource: "*",
  },
];

interface PolicyOptions {
  auditors?: string[];
  desk?: boolean;
  format: (typeof FORMATS)[number];
  cloudControlTypes?: ResourceType[];
  cloudControlActions?: string[];
  configAggregator?: string;
  configAggregatorTypes?: ResourceType[];
}

export const policyCommand = (program: Command): Command =>
  program
    .command("policy")
    .description("print the policy that the cross-account role of a member account needs")
    .option("--auditors <names>", `groups and services, comma-separated (default: ${DEFAULT_AUDITORS.join(",")})`, list)
    .option("--desk", "print what itaudit collect needs in the caller's account instead")
    .option("--cloud-control-types <names>", "types that the Cloud Control API reads, as configured", list)
    .option("--cloud-control-actions <actions>", "what the handlers of those types need, as configured", list)
    .option("--config-aggregator <name>", "AWS Config aggregator to query, account/region/name, as configured")
    .option("--config-aggregator-types <names>", "types to query the aggregator for, as configured", list)
    .addHelpText(
      "after",
      `
Groups: ${groupNames.join(", ")}
Services: ${serviceNames.join(", ")}

Examples:
  itaudit policy
  itaudit policy --auditors rds,iam > policy.json
  itaudit policy --desk
  itaudit policy --format terraform > member_policy.tf.json`,
    )
    .addOption(new Option("--format <tool>", "output format").choices(FORMATS).default("json"))
    .action(async ({ auditors: chosen, desk, format, ...request }: PolicyOptions) => {
      const [{ memberPolicyDocuments }, { policyFormats }] = await Promise.all([
        import("../../src/auditors/policy.ts"),
        import("../policyFormats.ts"),
      ]);
      const auditors = await loadAuditors(chosen, undeclaredOf(request)).catch((error: Error) => {
        throw error instanceof UnknownAuditorError ? new CliError(`--auditors: ${error.message}`) : error;
      });
      print(policyFormats[format](memberPolicyDocuments(auditors, desk ? DESK : [])));
    });

function undeclaredOf({
  cloudControlTypes,
  cloudControlActions,
  configAggregator,
  configAggregatorTypes,
}: Omit<PolicyOptions, "auditors" | "format">): UndeclaredTypes {
  if (cloudControlActions && !cloudControlTypes)
    throw new CliError("--cloud-control-actions: name the types that ask for them, --cloud-control-types");
  if (configAggregator && !configAggregatorTypes)
    throw new CliError("--config-aggregator: name the types that it is asked about, --config-aggregator-types");
  if (configAggregatorTypes && !configAggregator)
    throw new CliError("--config-aggregator-types: name the aggregator that is asked, --config-aggregator");
  const aggregator = configAggregator === undefined ? undefined : aggregatorNamed(configAggregator);
  if (configAggregator !== undefined && !aggregator)
    throw new CliError(
      `--config-aggregator: ${configAggregator} is no aggregator's name, such as 999999999999/eu-central-1/organization`,
    );
  return {
    ...(cloudControlTypes ? { cloudControlTypes } : {}),
    ...(cloudControlActions ? { cloudControlActions } : {}),
    ...(aggregator && configAggregatorTypes ? { configAggregator: aggregator, configAggregatorTypes } : {}),
  };
}
