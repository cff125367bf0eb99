import * as sdk from "@aws-sdk/client-organizations";
import {
  AUDIT_ACCOUNT,
  accountsOf,
  MANAGEMENT_ACCOUNT,
  ORGANIZATION,
  type OrganizationPolicy,
  POLICIES,
  ROOT,
  UNITS,
  type Unit,
} from "../estate/organization.ts";
import { AwsError, type Call, type Operation, type Service } from "../service.ts";
import type { Member } from "../state.ts";

const arn = (what: string) => `arn:aws:organizations::${MANAGEMENT_ACCOUNT}:${what}`;

/** An account as AWS has told of it since `State` took the place of `Status`, which is answered beside it no more. */
const account = ({ id, name, state }: Member): sdk.Account => ({
  Id: id,
  Name: name,
  State: state,
  Arn: arn(`account/${ORGANIZATION}/${id}`),
  Email: `${name}@example.com`,
  JoinedMethod: id === MANAGEMENT_ACCOUNT ? "INVITED" : "CREATED",
  JoinedTimestamp: new Date(Date.UTC(2024, 0, 1)),
});
const unitFacts = ({ id, name }: Unit): sdk.OrganizationalUnit => ({
  Id: id,
  Name: name,
  Arn: arn(`ou/${ORGANIZATION}/${id}`),
});

const policyFacts = ({ id, name, type, awsManaged }: OrganizationPolicy): sdk.PolicySummary => ({
  Id: id,
  Name: name,
  Type: type,
  AwsManaged: awsManaged,
  Arn: awsManaged
    ? `arn:aws:organizations::aws:policy/${type.toLowerCase()}/${id}`
    : arn(`policy/${ORGANIZATION}/${type.toLowerCase()}/${id}`),
});
function policyOf(id: string | undefined): OrganizationPolicy {
  const found = POLICIES.find((each) => each.id === id);
  if (!found) throw new AwsError("PolicyNotFoundException", "You specified a policy that doesn't exist.");
  return found;
}
/** What the audit account looks after for the whole organization. */
const DELEGATED = ["securityhub.amazonaws.com", "config.amazonaws.com", "config-multiaccountsetup.amazonaws.com"];
const since = new Date(Date.UTC(2024, 0, 1));

interface Paged {
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
}
/** The most that a page holds. */
const PAGE = 20;

/** Pages of at most twenty; now and then one is empty though more follow, as AWS says that they may be. */
function page<T>(all: readonly T[], { NextToken, MaxResults }: Paged): { found: T[]; NextToken?: string } {
  const [, cursor = "0", rested] = /^(\d+)(r?)$/.exec(NextToken ?? "0") ?? [];
  const start = Number(cursor);
  if (start && !rested && (start / PAGE) % 3 === 2) return { found: [], NextToken: `${start}r` };
  const end = start + Math.min(MaxResults ?? PAGE, PAGE);
  return { found: all.slice(start, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
}

/** Reads of the organization are for its management account and for delegated administrators. */
const forAdministrators = <Input, Output extends object>(
  run: (input: Input, call: Call) => Output,
): Operation<Input, Output> => ({
  run: (input, call) => {
    if (call.account !== MANAGEMENT_ACCOUNT && call.account !== AUDIT_ACCOUNT)
      throw new AwsError("AccessDeniedException", "You don't have permissions to access this resource.");
    return run(input, call);
  },
});

function checkParent(id: string | undefined): void {
  if (id !== ROOT && !UNITS.some((unit) => unit.id === id))
    throw new AwsError("ParentNotFoundException", "You provided a parent that doesn't exist.");
}
function memberOf({ state }: Call, id: string | undefined): Member {
  const found = accountsOf(state.members).find((each) => each.id === id);
  if (!found) throw new AwsError("AccountNotFoundException", "You specified an account that doesn't exist.");
  return found;
}

/** The organization, as its management account or the audit account as delegated administrator sees it. */
export const organizations: Service = {
  signingName: "organizations",
  iamPrefix: "organizations",
  protocol: "json",
  regional: false,
  sdk: { ...sdk },
  operations: {
    DescribeOrganization: {
      run: (): sdk.DescribeOrganizationResponse => ({
        Organization: {
          Id: ORGANIZATION,
          Arn: arn(`organization/${ORGANIZATION}`),
          FeatureSet: "ALL",
          MasterAccountId: MANAGEMENT_ACCOUNT,
          MasterAccountArn: arn(`account/${ORGANIZATION}/${MANAGEMENT_ACCOUNT}`),
        },
      }),
    },
    ListRoots: forAdministrators(
      (): sdk.ListRootsResponse => ({
        Roots: [{ Id: ROOT, Name: "Root", Arn: arn(`root/${ORGANIZATION}/${ROOT}`), PolicyTypes: [] }],
      }),
    ),
    ListAccounts: forAdministrators((input: sdk.ListAccountsRequest, { state }): sdk.ListAccountsResponse => {
      const { found, ...more } = page(accountsOf(state.members), input);
      return { Accounts: found.map(account), ...more };
    }),
    ListAccountsForParent: forAdministrators(
      (input: sdk.ListAccountsForParentRequest, { state }): sdk.ListAccountsForParentResponse => {
        checkParent(input.ParentId);
        const below = accountsOf(state.members).filter(({ unit }) => unit === input.ParentId);
        const { found, ...more } = page(below, input);
        return { Accounts: found.map(account), ...more };
      },
    ),
    ListOrganizationalUnitsForParent: forAdministrators(
      (input: sdk.ListOrganizationalUnitsForParentRequest): sdk.ListOrganizationalUnitsForParentResponse => {
        checkParent(input.ParentId);
        const below = UNITS.filter(({ parent }) => parent === input.ParentId);
        const { found, ...more } = page(below, input);
        return { OrganizationalUnits: found.map(unitFacts), ...more };
      },
    ),
    ListParents: forAdministrators((input: sdk.ListParentsRequest, call): sdk.ListParentsResponse => {
      const unit = UNITS.find(({ id }) => id === input.ChildId);
      const parent = unit?.parent ?? memberOf(call, input.ChildId).unit;
      return { Parents: [{ Id: parent, Type: parent === ROOT ? "ROOT" : "ORGANIZATIONAL_UNIT" }] };
    }),
    DescribeAccount: forAdministrators(
      (input: sdk.DescribeAccountRequest, call): sdk.DescribeAccountResponse => ({
        Account: account(memberOf(call, input.AccountId)),
      }),
    ),
    DescribeOrganizationalUnit: forAdministrators(
      (input: sdk.DescribeOrganizationalUnitRequest): sdk.DescribeOrganizationalUnitResponse => {
        const unit = UNITS.find(({ id }) => id === input.OrganizationalUnitId);
        if (!unit) throw new AwsError("OrganizationalUnitNotFoundException", "We can't find an OU with that ID.");
        return { OrganizationalUnit: unitFacts(unit) };
      },
    ),
    ListDelegatedAdministrators: forAdministrators(
      (_input: object, call): sdk.ListDelegatedAdministratorsResponse => ({
        DelegatedAdministrators: [account(memberOf(call, AUDIT_ACCOUNT))],
      }),
    ),
    ListChildren: forAdministrators((input: sdk.ListChildrenRequest, { state }): sdk.ListChildrenResponse => {
      checkParent(input.ParentId);
      const below: readonly { id: string }[] =
        input.ChildType === "ACCOUNT"
          ? accountsOf(state.members).filter(({ unit }) => unit === input.ParentId)
          : UNITS.filter(({ parent }) => parent === input.ParentId);
      const { found, ...more } = page(below, input);
      return { Children: found.map(({ id }) => ({ Id: id, Type: input.ChildType })), ...more };
    }),
    ListDelegatedServicesForAccount: forAdministrators(
      (input: sdk.ListDelegatedServicesForAccountRequest, call): sdk.ListDelegatedServicesForAccountResponse => ({
        DelegatedServices:
          memberOf(call, input.AccountId).id === AUDIT_ACCOUNT
            ? DELEGATED.map((ServicePrincipal) => ({ ServicePrincipal, DelegationEnabledDate: since }))
            : [],
      }),
    ),
    ListAWSServiceAccessForOrganization: forAdministrators(
      (): sdk.ListAWSServiceAccessForOrganizationResponse => ({
        EnabledServicePrincipals: DELEGATED.map((ServicePrincipal) => ({ ServicePrincipal, DateEnabled: since })),
      }),
    ),
    ListPolicies: forAdministrators((input: sdk.ListPoliciesRequest): sdk.ListPoliciesResponse => {
      const { found, ...more } = page(
        POLICIES.filter(({ type }) => type === input.Filter),
        input,
      );
      return { Policies: found.map(policyFacts), ...more };
    }),
    DescribePolicy: forAdministrators((input: sdk.DescribePolicyRequest): sdk.DescribePolicyResponse => {
      const policy = policyOf(input.PolicyId);
      const Content = JSON.stringify({ Version: "2012-10-17", Statement: [policy.statement] });
      return { Policy: { PolicySummary: policyFacts(policy), Content } };
    }),
    ListTargetsForPolicy: forAdministrators(
      (input: sdk.ListTargetsForPolicyRequest): sdk.ListTargetsForPolicyResponse => {
        const { found, ...more } = page(policyOf(input.PolicyId).targets, input);
        return {
          Targets: found.map((TargetId) => ({
            TargetId,
            Arn: arn(TargetId === ROOT ? `root/${ORGANIZATION}/${ROOT}` : `ou/${ORGANIZATION}/${TargetId}`),
            Name: UNITS.find(({ id }) => id === TargetId)?.name ?? "Root",
            Type: TargetId === ROOT ? "ROOT" : "ORGANIZATIONAL_UNIT",
          })),
          ...more,
        };
      },
    ),
    ListTagsForResource: forAdministrators((): sdk.ListTagsForResourceResponse => ({ Tags: [] })),
    DescribeResourcePolicy: forAdministrators((): sdk.DescribeResourcePolicyResponse => {
      throw new AwsError("ResourcePolicyNotFoundException", "We can't find a resource policy request.");
    }),
  },
};
