import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { CliError } from "./cliError.ts";

/** What the sealer answers. */
const Answer = z.looseObject({
  run_id: z.string(),
  sealed: z.boolean(),
  complete: z.boolean().optional(),
  missing: z.array(z.string()),
  held_until: z.string().optional(),
});

/** What the sealer is asked. */
interface SealRequest {
  run_id: string;
  run_date: string;
  incomplete?: { requested_by: string };
}

/** Has the sealer seal a run. @throws CliError with the sealer's own words when it refuses */
export async function sealAgain(sealer: string, request: SealRequest): Promise<z.infer<typeof Answer>> {
  const { Payload, FunctionError } = await new LambdaClient({}).send(
    new InvokeCommand({ FunctionName: sealer, Payload: JSON.stringify(request) }),
  );
  const answer: unknown = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError) throw new CliError((answer as { errorMessage?: string })?.errorMessage ?? FunctionError);
  return Answer.parse(answer);
}
