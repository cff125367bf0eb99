import * as z from "zod";
import { Task } from "../evidence/plan.ts";

/** What an auditor is invoked with: one task of a run. */
export const TaskPayload = z.object({ run_id: z.string(), run_date: z.string(), task: Task });
export type TaskPayload = z.infer<typeof TaskPayload>;

/** What the sealer is invoked with. */
export const SealRequest = z.object({ run_id: z.string(), run_date: z.string() });
export type SealRequest = z.infer<typeof SealRequest>;
