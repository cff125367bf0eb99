import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type * as z from "zod";

/** How Lambda answers that it has queued an event. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html StatusCode */
const QUEUED = 202;

/**
 * Invokes a function asynchronously: answers once Lambda has queued the event.
 * @throws where something else than Lambda answered, such as a proxy with a page of HTML: the event is not queued then
 */
export async function invokeAsync(lambda: LambdaClient, functionName: string, payload: unknown): Promise<void> {
  const { StatusCode = QUEUED } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload: JSON.stringify(payload) }),
  );
  if (StatusCode !== QUEUED)
    throw new Error(
      `the event for ${functionName} is not queued: HTTP ${StatusCode}, where Lambda answers ${QUEUED}. Look for a proxy on the way to Lambda`,
    );
}

/** Invokes a function and waits for its answer. @throws Error where it fails, or answers with something else */
export async function invoke<Answer>(
  lambda: LambdaClient,
  functionName: string,
  payload: unknown,
  answer: z.ZodType<Answer>,
): Promise<Answer> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload) }),
  );
  const text = Buffer.from(Payload ?? "").toString("utf8");
  if (FunctionError) throw new Error(`${functionName} failed (${FunctionError}): ${text.slice(0, 500)}`);
  return answer.parse(JSON.parse(text));
}
