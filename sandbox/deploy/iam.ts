import * as sdk from "@aws-sdk/client-iam";
import { type Providers, upsert } from "./provider.ts";

/** Roles and policies. */
export const iamProviders: Providers = {
  "aws:iam/role:Role": async (inputs, _name, to) => {
    const { name, path = "/", assumeRolePolicy, description, maxSessionDuration } = inputs;
    await upsert(
      () =>
        to.client(sdk.IAMClient).send(
          new sdk.CreateRoleCommand({
            RoleName: name,
            Path: path,
            AssumeRolePolicyDocument: assumeRolePolicy,
            Description: description,
            MaxSessionDuration: maxSessionDuration,
          }),
        ),
      "EntityAlreadyExistsException",
      () =>
        to
          .client(sdk.IAMClient)
          .send(new sdk.UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: assumeRolePolicy })),
    );
    return { id: name, state: { arn: `arn:aws:iam::${to.account}:role${path}${name}` } };
  },
  "aws:iam/rolePolicy:RolePolicy": async ({ role, policy, name: given }, name, to) => {
    const PolicyName = given ?? name;
    await to
      .client(sdk.IAMClient)
      .send(new sdk.PutRolePolicyCommand({ RoleName: role, PolicyName, PolicyDocument: policy }));
    return { id: `${role}:${PolicyName}` };
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": async ({ url, clientIdLists }, _name, to) => {
    const arn = `arn:aws:iam::${to.account}:oidc-provider/${url.replace(/^https:\/\//, "")}`;
    await upsert(
      () =>
        to
          .client(sdk.IAMClient)
          .send(new sdk.CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: clientIdLists })),
      "EntityAlreadyExistsException",
    );
    return { id: arn, state: { arn } };
  },
  "aws:iam/policy:Policy": async ({ policy, name: given }, name, to) => {
    const PolicyName = given ?? name;
    const arn = `arn:aws:iam::${to.account}:policy/${PolicyName}`;
    await upsert(
      () => to.client(sdk.IAMClient).send(new sdk.CreatePolicyCommand({ PolicyName, PolicyDocument: policy })),
      "EntityAlreadyExistsException",
      () =>
        to
          .client(sdk.IAMClient)
          .send(new sdk.CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: policy, SetAsDefault: true })),
    );
    return { id: arn, state: { arn } };
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": async ({ role, policyArn }, name, to) => {
    await to.client(sdk.IAMClient).send(new sdk.AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }));
    return { id: `${role}-${name}` };
  },
};
