import { LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { invoke } from "./invoke.ts";

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
  return Answer.parse(await invoke(new LambdaClient({}), sealer, request));
}
