import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import * as z from "zod";
import type { Waits } from "../src/collect/clientOptions.ts";
import type { JudgingControl } from "../src/controls/failures.ts";
import { buildVerdicts } from "../src/controls/verdictsFile.ts";
import { athenaEngine } from "../src/query/athena.ts";
import { evidenceS3, lambdaClient, WAITS } from "../src/runtime/clients.ts";
import { invokeAsync } from "../src/runtime/invoke.ts";
import { log } from "../src/runtime/log.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { settingsFrom, TabulatorSettings } from "../src/runtime/settings.ts";
import { bucketObjects } from "../src/tables/bucketObjects.ts";
import { declareTables } from "../src/tables/glueDatabase.ts";
import type { Objects } from "../src/tables/objects.ts";
import { readSealedRun, type SealedRun } from "../src/tables/sealedRun.ts";
import { type BuiltFile, buildInto, type TableFile, tableFilesOf, tabulate } from "../src/tables/tabulate.ts";
import type { TabulatorConfig } from "../src/tables/tabulatorConfig.ts";

/** What the tabulator is invoked with: a sealed run, one file of its tables, or what controls say of these. */
const TabulateRequest = z.object({
  run_id: z.string(),
  run_date: z.string(),
  file: z.object({ table: z.string(), part: z.number().int().positive() }).optional(),
  verdicts: z.literal(true).optional(),
});

/** What the tabulator must know that is not in the evidence. */
export interface TabulatorKnowledge extends TabulatorConfig {
  /** Controls that are asked about each run; without any, there is no table of verdicts. */
  controls: readonly JudgingControl[];
}

/** What one invocation derives in a few minutes. */
const ITEMS_ALONE = 200_000;
/** Files of a large run that are derived at the same time. */
const FILES_AT_ONCE = 8;
/** A share-out waits for an invocation as long as it may last, and does not start it twice. */
const INVOCATION: Waits = { connectionTimeout: 3_000, requestTimeout: 900_000, throwOnRequestTimeout: true };

export interface Tabulated {
  run_id: string;
  files: number;
  rows: number;
}

const BuiltAnswer = z.object({
  table: z.string(),
  key: z.string(),
  rows: z.number(),
  bytes: z.number(),
  sha256: z.string(),
});

/**
 * The tabulator: derives the tables of a sealed run, writes nowhere but below `tables/`, and declares them in Glue
 * before anybody is told of the run. Then, in an invocation of its own, Athena is asked the controls over these tables,
 * and their verdicts are a table too.
 * @param itemsAlone items of a run up to which one invocation derives everything; a larger run's files are shared out
 */
export const tabulatorHandler =
  (config: TabulatorKnowledge, itemsAlone: number = ITEMS_ALONE) =>
  (runtime: Runtime) => {
    const s3 = evidenceS3(runtime);
    const { catalog } = config;
    const athena = new AthenaClient({ ...runtime.client(WAITS), retryMode: "adaptive", maxAttempts: 8 });
    const glue = new GlueClient({ ...runtime.client(WAITS), retryMode: "adaptive", maxAttempts: 8 });
    const lambda = lambdaClient({ ...runtime, client: () => runtime.client(INVOCATION) });

    const judge = async (objects: Objects, sealed: SealedRun): Promise<BuiltFile> => {
      const { ATHENA_WORKGROUP, GLUE_DATABASE } = settingsFrom(TabulatorSettings, runtime.env());
      const engine = athenaEngine({
        athena,
        workGroup: ATHENA_WORKGROUP,
        database: GLUE_DATABASE,
        catalog: { tables: [] },
        wait: runtime.wait,
      });
      const { notEvaluated, ...built } = await buildVerdicts(engine, objects, sealed, {
        controls: config.controls,
        auditors: catalog.auditors,
      });
      for (const [control, error] of notEvaluated) log.error("a control was not evaluated", { control, error });
      log.info("controls evaluated", { ...built, notEvaluated: notEvaluated.size });
      return built;
    };

    return async (event: unknown): Promise<Tabulated | BuiltFile> => {
      const settings = settingsFrom(TabulatorSettings, runtime.env());
      const { run_id, run_date, file, verdicts } = TabulateRequest.parse(event);
      log.appendKeys({ run_id });
      const objects = bucketObjects(s3, settings.EVIDENCE_BUCKET);
      const sealed = await readSealedRun(objects, run_id, run_date);
      if (!sealed) throw new Error(`run ${run_id} is not sealed: there is nothing to derive tables from`);
      if (verdicts) return judge(objects, sealed);
      if (file) {
        const requested = tableFilesOf(sealed, catalog).find(
          (each) => each.table.name === file.table && each.part === file.part,
        );
        if (!requested) throw new Error(`run ${run_id} has no part ${file.part} of the table ${file.table}`);
        return buildInto(objects, sealed, requested, catalog);
      }
      const elsewhere = async ({ table, part }: TableFile): Promise<BuiltFile> => {
        const { Payload, FunctionError } = await lambda.send(
          new InvokeCommand({
            FunctionName: settings.AWS_LAMBDA_FUNCTION_NAME,
            Payload: JSON.stringify({ run_id, run_date, file: { table: table.name, part } }),
          }),
        );
        const answer = Payload?.transformToString() ?? "";
        if (FunctionError) throw new Error(`${table.name}, part ${part}: ${answer}`);
        return BuiltAnswer.parse(JSON.parse(answer));
      };
      const isLarge = sealed.manifest.totals.items > itemsAlone;
      const built = await tabulate(objects, sealed, catalog, {
        ...(isLarge ? { atOnce: FILES_AT_ONCE, build: elsewhere } : {}),
      });
      const done = { run_id, files: built.length, rows: built.reduce((total, { rows }) => total + rows, 0) };
      const declared = await declareTables(
        { glue, s3, bucket: settings.EVIDENCE_BUCKET, database: settings.GLUE_DATABASE },
        config,
      );
      log.info("tables derived", { ...done, declared: declared.length });
      if (config.controls.length)
        await invokeAsync(lambda, settings.AWS_LAMBDA_FUNCTION_NAME, { run_id, run_date, verdicts: true });
      if (settings.ANOMALIES_FUNCTION) await invokeAsync(lambda, settings.ANOMALIES_FUNCTION, { run_id, run_date });
      if (settings.NOTIFIER_FUNCTION) await invokeAsync(lambda, settings.NOTIFIER_FUNCTION, { run_id, run_date });
      return done;
    };
  };
