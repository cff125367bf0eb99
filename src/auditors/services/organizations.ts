import {
  ChildType,
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  DescribeResourcePolicyCommand,
  ListAccountsCommand,
  ListAWSServiceAccessForOrganizationCommand,
  ListChildrenCommand,
  ListDelegatedAdministratorsCommand,
  ListDelegatedServicesForAccountCommand,
  ListOrganizationalUnitsForParentCommand,
  ListPoliciesCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  ListTargetsForPolicyCommand,
  OrganizationsClient,
  PolicyType,
} from "@aws-sdk/client-organizations";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail, describe } = reads("organizations", "global");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceId: "Id" }), "Tags");
const notInUse = /^AWSOrganizationsNotInUseException/;
// Everywhere but in the management account and in those of delegated administrators Organizations says the latter,
// whatever IAM allows; IAM's own denial names the action.
const notEnabled = [notInUse, /^AccessDeniedException: You don't have permissions to access this resource/];
const roots = from(ListRootsCommand, "Roots");
// An account's place in the tree is asked of the tree: one call of a branch, where ListParents is one of an account.
const accountsBelow = detail(ListChildrenCommand, ({ Id }) => ({ ParentId: Id, ChildType: ChildType.ACCOUNT }));
const onlyWithOrganization: OnlyWith = {
  type: "AWS::Organizations::Organization",
  because: "https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html",
};

/** Organizations: the accounts, the tree they hang in, and the policies that bound them. */
export const organizations: Service = {
  name: "organizations",
  title: "Organizations: the accounts, the tree they hang in, and the policies that bound them",
  client: OrganizationsClient,
  collectors: [
    list("AWS::Organizations::Organization", from(DescribeOrganizationCommand, "Organization"), {
      id: "Id",
      arn: "Arn",
      redact: ["MasterAccountEmail"],
      // Every member may ask this: only this error says that there is no organization.
      notEnabled: [notInUse],
    }),
    list("AWS::Organizations::Root", roots, {
      onlyWith: onlyWithOrganization,
      id: "Id",
      arn: "Arn",
      name: "Name",
      tags,
      details: [accountsBelow],
      notEnabled,
    }),
    list(
      "AWS::Organizations::OrganizationalUnit",
      under(
        roots,
        ListOrganizationalUnitsForParentCommand,
        "OrganizationalUnits",
        { ParentId: "Id" },
        { recursive: true },
      ),
      {
        onlyWith: onlyWithOrganization,
        id: "Id",
        arn: "Arn",
        name: "Name",
        tags,
        details: [accountsBelow],
        notEnabled,
      },
    ),
    list("AWS::Organizations::Account", from(ListAccountsCommand, "Accounts"), {
      onlyWith: onlyWithOrganization,
      id: "Id",
      arn: "Arn",
      name: "Name",
      tags,
      // Who can reset the password of the account's root user.
      redact: ["Email"],
      notEnabled,
    }),
    list(
      "AWS::Organizations::Policy",
      from(ListPoliciesCommand, "Policies", { input: Object.values(PolicyType).map((Filter) => ({ Filter })) }),
      {
        onlyWith: onlyWithOrganization,
        id: "Id",
        arn: "Arn",
        name: "Name",
        tags,
        describe: describe(DescribePolicyCommand, { PolicyId: "Id" }, "Policy"),
        details: [detail(ListTargetsForPolicyCommand, { PolicyId: "Id" })],
        notEnabled,
      },
    ),
    list(
      "AWS::Organizations::ResourcePolicy",
      from(DescribeResourcePolicyCommand, "ResourcePolicy", { none: ["ResourcePolicyNotFoundException"] }),
      { onlyWith: onlyWithOrganization, id: "ResourcePolicySummary.Id", arn: "ResourcePolicySummary.Arn", notEnabled },
    ),
    list(
      "AWS::Organizations::DelegatedAdministrator",
      from(ListDelegatedAdministratorsCommand, "DelegatedAdministrators"),
      {
        onlyWith: onlyWithOrganization,
        id: "Id",
        arn: "Arn",
        name: "Name",
        details: [detail(ListDelegatedServicesForAccountCommand, { AccountId: "Id" })],
        redact: ["Email"],
        notEnabled,
      },
    ),
    list(
      "AWS::Organizations::EnabledService",
      from(ListAWSServiceAccessForOrganizationCommand, "EnabledServicePrincipals"),
      { onlyWith: onlyWithOrganization, id: "ServicePrincipal", notEnabled },
    ),
  ],
};
