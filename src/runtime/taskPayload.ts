import * as z from "zod";
import { Task } from "../evidence/plan.ts";

/** What an auditor is invoked with: one task of a run. */
export const TaskPayload = z.object({ run_id: z.string(), run_date: z.string(), task: Task });
export type TaskPayload = z.infer<typeof TaskPayload>;

/** What the sealer is invoked with. `incomplete` seals a run although tasks are out, in the name of who asks. */
export const SealRequest = z.object({
  run_id: z.string(),
  run_date: z.string(),
  incomplete: z.object({ requested_by: z.string().min(1) }).optional(),
});
export type SealRequest = z.infer<typeof SealRequest>;
