import { type FunctionConfiguration, GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";

/** What repairs the audit account's side. */
export const UP = "pulumi up --stack audit";

/** AWS's code of an error. */
export const codeOf = (thrown: unknown): string => (thrown as Error).name;
export const messageOf = (thrown: unknown): string => `${codeOf(thrown)}: ${(thrown as Error).message}`;

/** A function as AWS has it; undefined where it is not there. */
export async function functionThere(
  lambda: LambdaClient,
  FunctionName: string,
): Promise<FunctionConfiguration | undefined> {
  try {
    return await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  } catch (error) {
    if (codeOf(error) === "ResourceNotFoundException") return undefined;
    throw error;
  }
}
