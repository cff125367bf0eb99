import * as sdk from "@aws-sdk/client-organizations";
import { ROOT, UNITS } from "../estate/organization.ts";
import { AwsError, type Call, type Service } from "../service.ts";
import type { Member } from "../state.ts";

const account = ({ id, name, state }: Member): sdk.Account => ({
  Id: id,
  Name: name,
  State: state,
  Arn: `arn:aws:organizations::999999999999:account/o-sandbox0000/${id}`,
  Email: `${name}@example.com`,
  JoinedMethod: "CREATED",
  JoinedTimestamp: new Date(Date.UTC(2024, 0, 1)),
});

function page<T>(all: readonly T[], input: { NextToken?: string | undefined; MaxResults?: number | undefined }) {
  const start = Number(input.NextToken ?? 0);
  const end = start + Math.min(input.MaxResults ?? 20, 20);
  return { page: all.slice(start, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
}

function onlyForDelegates({ account: caller, state }: Call): void {
  if (caller !== state.auditAccount)
    throw new AwsError("AccessDeniedException", "You don't have permissions to access this resource.");
}

/** The organization, as its management account or the audit account as delegated administrator sees it. */
export const organizations: Service = {
  signingName: "organizations",
  iamPrefix: "organizations",
  protocol: "json",
  regional: false,
  sdk: { ...sdk },
  operations: {
    ListAccounts: {
      run: (input: sdk.ListAccountsRequest, call): sdk.ListAccountsResponse => {
        onlyForDelegates(call);
        const { page: Accounts, ...token } = page(call.state.members.map(account), input);
        return { Accounts, ...token };
      },
    },
    ListAccountsForParent: {
      run: (input: sdk.ListAccountsForParentRequest, call): sdk.ListAccountsForParentResponse => {
        onlyForDelegates(call);
        const below = call.state.members.filter(({ unit }) => unit === input.ParentId);
        const { page: Accounts, ...token } = page(below.map(account), input);
        return { Accounts, ...token };
      },
    },
    ListOrganizationalUnitsForParent: {
      run: (input: sdk.ListOrganizationalUnitsForParentRequest, call): sdk.ListOrganizationalUnitsForParentResponse => {
        onlyForDelegates(call);
        return { OrganizationalUnits: input.ParentId === ROOT ? UNITS.map((unit) => ({ ...unit })) : [] };
      },
    },
    DescribeOrganization: {
      run: (): sdk.DescribeOrganizationResponse => ({
        Organization: { Id: "o-sandbox0000", FeatureSet: "ALL", MasterAccountId: "999999999999" },
      }),
    },
  },
};
