import * as z from "zod";
import { Candidate } from "./candidates.ts";

/** The resource types of a run that a model elsewhere scores; a type's place in the list is what its work is called by. */
export const ModelledRun = z.object({ run_id: z.string(), run_date: z.string(), types: z.array(z.string()) });
export type ModelledRun = z.infer<typeof ModelledRun>;

/** What is remembered of a type while its jobs run. */
export const ModelledType = z.object({
  features: z.number().int(),
  resources: z.number().int(),
  candidates: z.array(Candidate),
});

/** What became of a type. */
export const ModelOutcome = z.object({
  run_id: z.string(),
  resource_type: z.string(),
  model: z.literal("sagemaker-random-cut-forest"),
  /** `nothing-to-score`: too few resources, all alike, or none with a rare value. */
  outcome: z.enum(["scored", "nothing-to-score", "failed"]),
  resources: z.number().int().optional(),
  features: z.number().int().optional(),
  anomalies: z.number().int().optional(),
  /** Why it failed. */
  reason: z.string().optional(),
});
export type ModelOutcome = z.infer<typeof ModelOutcome>;

/**
 * Where the work of a run lies, in a bucket of its own whose objects pass:
 *
 * ```
 * <run>/types.json                 ModelledRun
 * <run>/<type>/input/rows.csv      a row of numbers for each resource
 *              input/otherwise.csv a row for each rare value, with the usual one in its place
 *              candidates.json.gz  ModelledType
 *              model/              what was trained, by SageMaker
 *              scores/             of the rows, by SageMaker
 * ```
 */
export const typesKey = (run: string): string => `${run}/types.json`;

const two = (index: number): string => index.toString(36).padStart(2, "0");

export const workKeys = (run: string, index: number) => {
  const folder = `${run}/${two(index)}/`;
  return {
    input: `${folder}input/`,
    rows: `${folder}input/rows.csv`,
    otherwise: `${folder}input/otherwise.csv`,
    candidates: `${folder}candidates.json.gz`,
    model: `${folder}model`,
    scores: `${folder}scores`,
  };
};

/**
 * The name of a type's jobs and of its model. Made of the run: the same work asked for twice is refused the second time.
 * Small, as SageMaker writes it in ARNs, and 63 characters at most.
 */
export const jobName = (prefix: string, run: string, index: number): string =>
  `${prefix}-${run}-${two(index)}`.toLowerCase();

/** @returns undefined for a job of somebody else */
export function jobOf(prefix: string, name: string): { run: string; index: number } | undefined {
  const [, run, index] =
    new RegExp(`^${prefix.toLowerCase()}-([0-9a-hjkmnp-tv-z]{26})-([0-9a-z]{2})$`).exec(name) ?? [];
  return run && index ? { run: run.toUpperCase(), index: Number.parseInt(index, 36) } : undefined;
}

/** Scores as SageMaker writes them, a line each: `{"score": 1.02}`. @throws Error naming a line that is none */
export function scoresIn(lines: string): Float64Array {
  const texts = lines.split("\n").filter((line) => line.trim());
  return Float64Array.from(texts, (line, index) => {
    const parsed = z.object({ score: z.number() }).safeParse(JSON.parse(line));
    if (!parsed.success) throw new Error(`line ${index + 1} of the scores is not {"score": <number>}`);
    return parsed.data.score;
  });
}
