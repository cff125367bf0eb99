import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { AccountList } from "../src/accounts/accounts.ts";
import { BossSettings, DoctorSettings, SealerSettings, settingsFrom } from "../src/runtime/settings.ts";
import { CliError } from "./cliError.ts";

/** A deployed audit stack, as its functions are configured. */
export interface DeployedSystem {
  /** First part of every function's name. */
  prefix: string;
  /** `arn:aws:lambda:eu-central-1:999999999999:function:audit-`. */
  functionsArn: string;
  partition: string;
  accountId: string;
  boss: BossSettings;
  sealer: SealerSettings;
  doctor: DoctorSettings;
}

/** Asks the functions of a stack. @throws CliError when one of them is not there */
export async function deployedSystem(lambda: LambdaClient, prefix: string): Promise<DeployedSystem> {
  const configurationOf = async (name: string) => {
    const FunctionName = `${prefix}-${name}`;
    const answer = await lambda
      .send(new GetFunctionConfigurationCommand({ FunctionName }))
      .catch((error: unknown): never => {
        if ((error as Error).name !== "ResourceNotFoundException") throw error;
        throw new CliError(
          name === "boss"
            ? `there is no function ${FunctionName} in this account and region: deploy the audit stack, set AWS_REGION to its region, or name its prefix with --prefix`
            : `there is no function ${FunctionName}: the audit stack is of an older version. Try: pulumi up --stack audit`,
        );
      });
    return { arn: answer.FunctionArn ?? "", env: answer.Environment?.Variables ?? {} };
  };
  const boss = await configurationOf("boss");
  const [sealer, doctor] = await Promise.all([configurationOf("sealer"), configurationOf("doctor")]);
  const [, partition = "aws", , , accountId = ""] = boss.arn.split(":");
  return {
    prefix,
    functionsArn: boss.arn.replace(/boss$/, ""),
    partition,
    accountId,
    boss: settingsFrom(BossSettings, boss.env),
    sealer: settingsFrom(SealerSettings, sealer.env),
    doctor: settingsFrom(DoctorSettings, doctor.env),
  };
}

/** The member accounts, as the boss would find them. @throws AccountListError when it could not */
export async function accountsOf({ boss }: DeployedSystem): Promise<AccountList> {
  const { accountsFromOrganizations, accountsFromParameter } = await import("../src/accounts/accounts.ts");
  if (boss.ACCOUNT_SOURCE === "organizations") {
    const { OrganizationsClient } = await import("@aws-sdk/client-organizations");
    return accountsFromOrganizations(new OrganizationsClient({}), boss.ORGANIZATIONAL_UNITS, boss.EXCLUDE_ACCOUNTS);
  }
  const { SSMClient } = await import("@aws-sdk/client-ssm");
  return accountsFromParameter(new SSMClient({}), boss.ACCOUNTS_PARAMETER);
}
