import * as sdk from "@aws-sdk/client-config-service";
import { capitals, type Providers } from "./provider.ts";

/** Rules of AWS Config, of one account and of the organization. */
export const configProviders: Providers = {
  "aws:cfg/rule:Rule": async ({ name, description, scope, inputParameters, source }, _name, to) => {
    const { sourceDetails, ...rest } = capitals(source);
    await to.client(sdk.ConfigServiceClient).send(
      new sdk.PutConfigRuleCommand({
        ConfigRule: {
          ConfigRuleName: name,
          Description: description,
          Scope: capitals(scope),
          InputParameters: inputParameters,
          Source: { ...rest, ...(sourceDetails ? { SourceDetails: sourceDetails } : {}) },
        },
      }),
    );
    return { id: name, state: { arn: `arn:aws:config:${to.region}:${to.account}:config-rule/${name}` } };
  },
  "aws:cfg/organizationCustomPolicyRule:OrganizationCustomPolicyRule": async (inputs, _name, to) => {
    const { OrganizationConfigRuleArn: arn } = await to.client(sdk.ConfigServiceClient).send(
      new sdk.PutOrganizationConfigRuleCommand({
        OrganizationConfigRuleName: inputs.name,
        ExcludedAccounts: inputs.excludedAccounts,
        OrganizationCustomPolicyRuleMetadata: {
          Description: inputs.description,
          PolicyRuntime: inputs.policyRuntime,
          PolicyText: inputs.policyText,
          ResourceTypesScope: inputs.resourceTypesScopes,
          OrganizationConfigRuleTriggerTypes: inputs.triggerTypes,
        },
      }),
    );
    return { id: inputs.name, state: { arn } };
  },
};
