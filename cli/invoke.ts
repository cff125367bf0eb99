import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { printable } from "../src/query/printable.ts";
import { CliError } from "./cliError.ts";

/** What a function answers to an event. @throws CliError with the function's own words where it fails */
export async function invoke(lambda: LambdaClient, FunctionName: string, event: object): Promise<unknown> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const answer: unknown = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError)
    throw new CliError(printable(String((answer as { errorMessage?: unknown })?.errorMessage ?? FunctionError)));
  return answer;
}
