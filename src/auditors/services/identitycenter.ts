import { IdentitystoreClient, ListGroupsCommand, ListUsersCommand } from "@aws-sdk/client-identitystore";
import {
  DescribeInstanceCommand,
  DescribePermissionSetCommand,
  GetApplicationAssignmentConfigurationCommand,
  GetInlinePolicyForPermissionSetCommand,
  GetPermissionsBoundaryForPermissionSetCommand,
  ListAccountAssignmentsCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListApplicationAssignmentsCommand,
  ListApplicationsCommand,
  ListCustomerManagedPolicyReferencesInPermissionSetCommand,
  ListInstancesCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
  ListTagsForResourceCommand,
  ListTrustedTokenIssuersCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail, describe } = reads("sso");
const store = reads("identitystore");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { InstanceArn: "InstanceArn", ResourceArn: "{arn}" }), "Tags");
// An instance is in one region, which only it knows: it is looked for in each.
const instances = from(ListInstancesCommand, "Instances");
const permissionSets = under(
  instances,
  ListPermissionSetsCommand,
  "PermissionSets",
  { InstanceArn: "InstanceArn" },
  { as: "PermissionSetArn" },
);
const provisioned = under(
  permissionSets,
  ListAccountsForProvisionedPermissionSetCommand,
  "AccountIds",
  { InstanceArn: "InstanceArn", PermissionSetArn: "PermissionSetArn" },
  { as: "AccountId" },
);
const permissionSet = { InstanceArn: "InstanceArn", PermissionSetArn: "PermissionSetArn" } as const;

/** IAM Identity Center: who of the company may act in which account, and as what. */
export const identitycenter: Service = {
  name: "identitycenter",
  title: "IAM Identity Center: who of the company may act in which account, and as what",
  client: SSOAdminClient,
  collectors: [
    list("AWS::SSO::Instance", instances, {
      id: "InstanceArn",
      arn: "InstanceArn",
      name: "Name",
      tags,
      details: [detail(DescribeInstanceCommand, { InstanceArn: "InstanceArn" })],
    }),
    list("AWS::SSO::PermissionSet", permissionSets, {
      id: "PermissionSetArn",
      arn: "PermissionSetArn",
      name: "Name",
      tags,
      describe: describe(DescribePermissionSetCommand, permissionSet, "PermissionSet"),
      details: [
        detail(GetInlinePolicyForPermissionSetCommand, permissionSet),
        detail(ListManagedPoliciesInPermissionSetCommand, permissionSet),
        detail(ListCustomerManagedPolicyReferencesInPermissionSetCommand, permissionSet),
        detail(GetPermissionsBoundaryForPermissionSetCommand, permissionSet, { none: ["ResourceNotFoundException"] }),
      ],
    }),
    list(
      "AWS::SSO::Assignment",
      under(provisioned, ListAccountAssignmentsCommand, "AccountAssignments", {
        InstanceArn: "InstanceArn",
        PermissionSetArn: "PermissionSetArn",
        AccountId: "AccountId",
      }),
      { id: "{AccountId}|{PermissionSetArn}|{PrincipalType}|{PrincipalId}" },
    ),
    list(
      "AWS::SSO::Application",
      under(instances, ListApplicationsCommand, "Applications", { InstanceArn: "InstanceArn" }),
      {
        id: "ApplicationArn",
        arn: "ApplicationArn",
        name: "Name",
        tags,
        details: [
          detail(GetApplicationAssignmentConfigurationCommand, { ApplicationArn: "ApplicationArn" }),
          detail(ListApplicationAssignmentsCommand, { ApplicationArn: "ApplicationArn" }),
        ],
      },
    ),
    list(
      "AWS::SSO::TrustedTokenIssuer",
      under(instances, ListTrustedTokenIssuersCommand, "TrustedTokenIssuers", { InstanceArn: "InstanceArn" }),
      { id: "TrustedTokenIssuerArn", arn: "TrustedTokenIssuerArn", name: "Name", tags },
    ),
    list(
      "AWS::IdentityStore::Group",
      {
        ...store.under(instances, ListGroupsCommand, "Groups", { IdentityStoreId: "IdentityStoreId" }),
        client: IdentitystoreClient,
      },
      { id: "GroupId", arn: "arn:{partition}:identitystore:::group/{GroupId}", name: "DisplayName" },
    ),
    // Of people only what an assignment names them by: docs/decisions/0030-personal-data.md.
    list(
      "AWS::IdentityStore::User",
      {
        ...store.under(instances, ListUsersCommand, "Users", { IdentityStoreId: "IdentityStoreId" }),
        client: IdentitystoreClient,
      },
      {
        id: "UserId",
        arn: "arn:{partition}:identitystore:::user/{UserId}",
        redact: [
          "UserName",
          "Name",
          "DisplayName",
          "NickName",
          "ProfileUrl",
          "Emails",
          "Addresses",
          "PhoneNumbers",
          "Title",
          "Photos",
          "Website",
          "Birthdate",
          "ExternalIds",
          "Extensions",
          "Locale",
          "Timezone",
          "PreferredLanguage",
        ],
      },
    ),
  ],
};
