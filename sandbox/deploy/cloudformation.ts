import * as sdk from "@aws-sdk/client-cloudformation";
import { type Providers, upsert } from "./provider.ts";

/** StackSets. */
export const cloudformationProviders: Providers = {
  "aws:cloudformation/stackSet:StackSet": async (inputs, _name, to) => {
    const { name, description, templateBody, permissionModel, capabilities, callAs, autoDeployment } = inputs;
    const settings = {
      StackSetName: name,
      Description: description,
      TemplateBody: templateBody,
      PermissionModel: permissionModel,
      Capabilities: capabilities,
      CallAs: callAs,
      AutoDeployment: { Enabled: autoDeployment.enabled },
    };
    const client = to.client(sdk.CloudFormationClient);
    await upsert(
      () => client.send(new sdk.CreateStackSetCommand(settings)),
      "NameAlreadyExistsException",
      () => client.send(new sdk.UpdateStackSetCommand(settings)),
    );
    return { id: name };
  },
  "aws:cloudformation/stackInstances:StackInstances": async (inputs, _name, to) => {
    const { stackSetName, regions, deploymentTargets, callAs } = inputs;
    await to.client(sdk.CloudFormationClient).send(
      new sdk.CreateStackInstancesCommand({
        StackSetName: stackSetName,
        Regions: regions,
        DeploymentTargets: { OrganizationalUnitIds: deploymentTargets.organizationalUnitIds },
        CallAs: callAs,
      }),
    );
    return { id: stackSetName };
  },
};
