import * as sdk from "@aws-sdk/client-config-service";
import { type AnyResource, GLOBAL, resourcesOf } from "../estate/anyType.ts";
import { AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT } from "../estate/organization.ts";
import { homesOf, regionsOf } from "../estate/regions.ts";
import { AwsError, type Call, type Permission, type Service } from "../service.ts";
import type { StoredAggregator } from "../state.ts";

const arnOf = ({ region, account }: Call, id: string) => `arn:aws:config:${region}:${account}:config-aggregator/${id}`;

const find = (call: Call, name: string | undefined): StoredAggregator | undefined =>
  call.state.aggregators.find(
    (each) => each.account === call.account && each.region === call.region && each.name === name,
  );

function aggregatorOf(call: Call, name: string | undefined): StoredAggregator {
  const found = find(call, name);
  if (!found)
    throw new AwsError("NoSuchConfigurationAggregatorException", "The configuration aggregator does not exist.");
  return found;
}

const permissions =
  (operation: string) =>
  ({ ConfigurationAggregatorName }: { ConfigurationAggregatorName?: string }, call: Call): Permission[] => [
    { action: `config:${operation}`, resource: arnOf(call, find(call, ConfigurationAggregatorName)?.id ?? "none") },
  ];

function paged<T>(all: readonly T[], { NextToken, Limit }: { NextToken?: string; Limit?: number }) {
  const start = Number(NextToken ?? 0);
  const end = start + (Limit || 100);
  return { page: all.slice(start, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
}

const openRegions = ({ state }: Call, account: string): string[] =>
  regionsOf(state.seed, account).flatMap(({ name, optIn }) => (optIn === "not-opted-in" ? [] : [name]));

/** Accounts whose records an aggregator of the organization has. */
const aggregated = ({ state }: Call, { without }: StoredAggregator): string[] =>
  [...state.members.flatMap((each) => (each.state === "ACTIVE" ? [each.id] : [])), state.auditAccount].filter(
    (account) => !without.includes(account),
  );

const RECORDER = "AWS::Config::ConfigurationRecorder";
const RECORDED_AT = "2026-11-20T08:15:00.000Z";

/** A company records where it works, and in one region what has none. */
function recorderIn(call: Call, account: string, region: string): object[] {
  const homes = homesOf(call.state.seed, account);
  if (!homes.includes(region)) return [];
  return [
    {
      accountId: account,
      awsRegion: region,
      resourceType: RECORDER,
      resourceId: "default",
      configuration: {
        Name: "default",
        Recording: true,
        RecordingGroup: { AllSupported: true, IncludeGlobalResourceTypes: region === homes[0] },
      },
    },
  ];
}

const recordOf = (account: string, region: string, type: string, { properties, ...each }: AnyResource): object => ({
  accountId: account,
  awsRegion: region,
  arn: each.arn,
  resourceType: type,
  resourceId: each.id,
  resourceName: each.name,
  resourceCreationTime: each.created.toISOString(),
  configurationItemCaptureTime: RECORDED_AT,
  configurationItemStatus: "OK",
  configuration: properties,
  supplementaryConfiguration: {},
  relationships: [],
  availabilityZone: "Regional",
  tags: Object.entries(each.tags).map(([key, value]) => ({ key, value, tag: `${key}=${value}` })),
});

/** Of the query language: columns, and an account and types that a query names. */
const QUERY = /^SELECT ([\w., ]+) WHERE accountId = '(\d{12})' AND resourceType IN \(([^)]+)\)$/;

/** AWS Config's aggregators of the whole organization, over the estate; the account's own settings are the estate's. */
export const config: Service = {
  signingName: "config",
  iamPrefix: "config",
  protocol: "json",
  regional: true,
  knowsEstate: true,
  sdk: { ...sdk },
  operations: {
    DescribeConfigurationAggregatorSourcesStatus: {
      permissions: permissions("DescribeConfigurationAggregatorSourcesStatus"),
      run: (input: sdk.DescribeConfigurationAggregatorSourcesStatusRequest, call) => {
        const aggregator = aggregatorOf(call, input.ConfigurationAggregatorName);
        const sources = aggregated(call, aggregator).flatMap((account) =>
          openRegions(call, account).map(
            (region): sdk.AggregatedSourceStatus => ({
              SourceId: account,
              SourceType: "ACCOUNT",
              AwsRegion: region,
              LastUpdateStatus: "SUCCEEDED",
              LastUpdateTime: new Date(RECORDED_AT),
              ...aggregator.troubles.get(`${account} ${region}`),
            }),
          ),
        );
        const { page, ...next } = paged(sources, input);
        return { AggregatedSourceStatusList: page, ...next };
      },
    },
    PutConfigRule: {
      run: ({ ConfigRule }: sdk.PutConfigRuleRequest, call) => {
        const name = ConfigRule?.ConfigRuleName ?? "";
        const lambda = call.state.functions.get(ConfigRule?.Source?.SourceIdentifier ?? "");
        if (!Object.values(lambda?.invokers ?? {}).includes("config.amazonaws.com"))
          throw new AwsError(
            "InsufficientPermissionsException",
            "The AWS Lambda function cannot be invoked. Check the specified function ARN, and check the function's permissions.",
          );
        call.state.configRules.set(`arn:aws:config:${call.region}:${call.account}:config-rule/${name}`, ConfigRule!);
        return {};
      },
    },
    PutOrganizationConfigRule: {
      // Config enters the organization with its caller's permissions.
      permissions: (_input: sdk.PutOrganizationConfigRuleRequest, { account }) => [
        { action: "config:PutOrganizationConfigRule", resource: "*" },
        account === MANAGEMENT_ACCOUNT
          ? { action: "organizations:EnableAWSServiceAccess", resource: "*" }
          : { action: "organizations:ListDelegatedAdministrators", resource: "*" },
        {
          action: "iam:CreateServiceLinkedRole",
          resource: `arn:aws:iam::${account}:role/aws-service-role/config-multiaccountsetup.amazonaws.com/AWSServiceRoleForConfigMultiAccountSetup`,
        },
      ],
      run: (input: sdk.PutOrganizationConfigRuleRequest, call): sdk.PutOrganizationConfigRuleResponse => {
        if (call.account !== MANAGEMENT_ACCOUNT && call.account !== AUDIT_ACCOUNT)
          throw new AwsError(
            "OrganizationAccessDeniedException",
            "This action can only be performed if you are a delegated administrator or the management account.",
          );
        const { OrganizationConfigRuleName: name = "", OrganizationCustomPolicyRuleMetadata: policy } = input;
        if (!/^[A-Za-z0-9_-]{1,64}$/.test(name) || !policy?.PolicyText || policy.PolicyText.length > 10_000)
          throw new AwsError(
            "InvalidParameterValueException",
            "One or more of the specified parameters are not valid.",
          );
        const arn = `arn:aws:config:${call.region}:${call.account}:organization-config-rule/${name}`;
        call.state.organizationRules.set(arn, input);
        return { OrganizationConfigRuleArn: arn };
      },
    },
    PutEvaluations: {
      run: ({ Evaluations = [], ResultToken }: sdk.PutEvaluationsRequest, call): sdk.PutEvaluationsResponse => {
        for (const each of Evaluations)
          if (each.ComplianceType === "INSUFFICIENT_DATA" || (each.Annotation?.length ?? 0) > 256)
            throw new AwsError(
              "InvalidParameterValueException",
              "One or more of the specified parameters are not valid.",
            );
        call.state.evaluations.push(...Evaluations.map((evaluation) => ({ rule: ResultToken ?? "", evaluation })));
        return { FailedEvaluations: [] };
      },
    },
    GetResourceConfigHistory: {
      run: (input: sdk.GetResourceConfigHistoryRequest, call): sdk.GetResourceConfigHistoryResponse => {
        const found = call.state.configItems.filter(
          (each) => each.resourceType === input.resourceType && each.resourceId === input.resourceId,
        );
        if (!found.length)
          throw new AwsError("ResourceNotDiscoveredException", "You have specified a resource that is not discovered.");
        return { configurationItems: found.slice(-1) };
      },
    },
    SelectAggregateResourceConfig: {
      permissions: permissions("SelectAggregateResourceConfig"),
      run: (input: sdk.SelectAggregateResourceConfigRequest, call): sdk.SelectAggregateResourceConfigResponse => {
        const aggregator = aggregatorOf(call, input.ConfigurationAggregatorName);
        const [, columns, account, types] = QUERY.exec(input.Expression ?? "") ?? [];
        if (!columns || !account || !types)
          throw new AwsError("InvalidExpressionException", `the sandbox does not know the query ${input.Expression}`);
        const requested = aggregated(call, aggregator).includes(account)
          ? [...types.matchAll(/'([^']+)'/g)].map(([, type]) => type!)
          : [];
        const records = [...openRegions(call, account), GLOBAL].flatMap((region) =>
          requested.flatMap((type) =>
            type === RECORDER
              ? recorderIn(call, account, region)
              : region === GLOBAL || recorderIn(call, account, region).length
                ? resourcesOf(type, { ...call, account, region }).map((each) => recordOf(account, region, type, each))
                : [],
          ),
        );
        const { page, ...next } = paged(records, { ...input, Limit: Math.min(input.Limit || 25, 100) });
        const names = columns.split(", ");
        return {
          QueryInfo: { SelectFields: names.map((Name) => ({ Name })) },
          Results: page.map((record) =>
            JSON.stringify(Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)))),
          ),
          ...next,
        };
      },
    },
    DeleteConfigRule: {
      run: ({ ConfigRuleName }: sdk.DeleteConfigRuleRequest, call) => {
        if (
          !call.state.configRules.delete(`arn:aws:config:${call.region}:${call.account}:config-rule/${ConfigRuleName}`)
        )
          throw new AwsError("NoSuchConfigRuleException", `The ConfigRule '${ConfigRuleName}' provided is invalid.`);
        return {};
      },
    },
    DeleteOrganizationConfigRule: {
      run: ({ OrganizationConfigRuleName: name }: sdk.DeleteOrganizationConfigRuleRequest, call) => {
        const arn = `arn:aws:config:${call.region}:${call.account}:organization-config-rule/${name}`;
        if (!call.state.organizationRules.delete(arn))
          throw new AwsError("NoSuchOrganizationConfigRuleException", `The rule ${name} does not exist.`);
        return {};
      },
    },
  },
};
