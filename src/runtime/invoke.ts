import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";

/** Invokes a function asynchronously: answers once Lambda has queued the event. */
export async function invokeAsync(lambda: LambdaClient, functionName: string, payload: unknown): Promise<void> {
  await lambda.send(
    new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload: JSON.stringify(payload) }),
  );
}
