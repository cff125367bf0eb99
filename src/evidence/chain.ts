import * as z from "zod";

/**
 * A run's sequence number in the chain of sealed runs. It is claimed before the manifest is written: two runs sealed at
 * the same moment ask for the same number, one gets it, and the other comes after it.
 */
export const ChainLink = z.object({
  /** 1 for the first run; without gaps. */
  sequence: z.number().int().positive(),
  run_id: z.string(),
  run_date: z.string(),
  claimed_at: z.string(),
  /** The run is sealed although a task is out: who asked for it. */
  incomplete: z.object({ requested_by: z.string() }).optional(),
});
export type ChainLink = z.infer<typeof ChainLink>;
