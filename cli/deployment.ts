import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { CliError } from "./cliError.ts";

/** @returns a CliError saying how to name the function, where the error is that there is none */
export const noFunction = (thrown: unknown, name: string): unknown =>
  (thrown as Error).name === "ResourceNotFoundException"
    ? new CliError(
        `there is no function ${name} in this account and region: deploy the audit stack, set AWS_REGION to its region, or name it with --boss`,
      )
    : thrown;

/**
 * The evidence bucket: the one that is named, or the one that the boss is configured with.
 * @throws CliError when there is no boss to ask
 */
export async function evidenceBucket(
  named: string | undefined,
  boss: string,
  lambda: () => LambdaClient,
): Promise<string> {
  if (named) return named;
  const command = new GetFunctionConfigurationCommand({ FunctionName: boss });
  const { Environment } = await lambda()
    .send(command)
    .catch((error: unknown) => {
      throw noFunction(error, boss);
    });
  const bucket = Environment?.Variables?.EVIDENCE_BUCKET;
  if (!bucket) throw new CliError(`the function ${boss} is not configured with a bucket: name it with --bucket`);
  return bucket;
}
