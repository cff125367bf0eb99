import * as sdk from "@aws-sdk/client-securityhub";
import { AwsError, type Call, type Service } from "../service.ts";

const hubOf = ({ region, account }: Call) => `arn:aws:securityhub:${region}:${account}:hub/default`;

function mustBeEnabled(call: Call): void {
  if (!call.state.securityHubs.has(hubOf(call)))
    throw new AwsError("InvalidAccessException", `Account ${call.account} is not subscribed to AWS Security Hub`, 401);
}

/** What makes a finding one that Security Hub refuses. */
function problemOf(finding: sdk.AwsSecurityFinding, { account, region }: Call): string | undefined {
  if (finding.AwsAccountId !== account) return "AwsAccountId is not the account that imports";
  if (finding.ProductArn !== `arn:aws:securityhub:${region}:${account}:product/${account}/default`)
    return "ProductArn is not that of the account's own product";
  const needed = ["SchemaVersion", "Id", "GeneratorId", "CreatedAt", "UpdatedAt", "Title", "Description"] as const;
  const missing = needed.find((name) => !finding[name]);
  if (missing) return `${missing} is missing`;
  if (!finding.Resources?.length) return "Resources is empty";
  if ((finding.Title?.length ?? 0) > 256 || (finding.Description?.length ?? 0) > 1024) return "a text is too long";
  return undefined;
}

/** Security Hub of the audit account: imported findings. */
export const securityhub: Service = {
  signingName: "securityhub",
  iamPrefix: "securityhub",
  protocol: "rest-json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    EnableSecurityHub: {
      run: (_input: sdk.EnableSecurityHubRequest, call): sdk.EnableSecurityHubResponse => {
        call.state.securityHubs.set(hubOf(call), new Map());
        return {};
      },
    },
    DescribeHub: {
      run: (_input: sdk.DescribeHubRequest, call): sdk.DescribeHubResponse => {
        mustBeEnabled(call);
        return { HubArn: hubOf(call) };
      },
    },
    BatchImportFindings: {
      permissions: ({ Findings = [] }: sdk.BatchImportFindingsRequest) =>
        [...new Set(Findings.map(({ ProductArn }) => ProductArn ?? ""))].map((resource) => ({
          action: "securityhub:BatchImportFindings",
          resource,
        })),
      run: ({ Findings = [] }: sdk.BatchImportFindingsRequest, call): sdk.BatchImportFindingsResponse => {
        mustBeEnabled(call);
        if (!Findings.length || Findings.length > 100)
          throw new AwsError("InvalidInputException", "Findings must have 1 to 100 members", 400);
        const FailedFindings: sdk.ImportFindingsError[] = [];
        for (const finding of Findings) {
          const problem = problemOf(finding, call);
          if (problem) FailedFindings.push({ Id: finding.Id, ErrorCode: "InvalidInput", ErrorMessage: problem });
          else call.state.securityHubs.get(hubOf(call))!.set(finding.Id!, finding);
        }
        return {
          FailedCount: FailedFindings.length,
          SuccessCount: Findings.length - FailedFindings.length,
          FailedFindings,
        };
      },
    },
    GetFindings: {
      run: (_input: sdk.GetFindingsRequest, call): sdk.GetFindingsResponse => {
        mustBeEnabled(call);
        return { Findings: [...call.state.securityHubs.get(hubOf(call))!.values()] };
      },
    },
  },
};
