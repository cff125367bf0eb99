import { seal } from "../evidence/seal.ts";
import { runStore } from "../evidence/store.ts";
import { evidenceS3 } from "./clients.ts";
import { log } from "./log.ts";
import { SealerSettings, settingsFrom } from "./settings.ts";
import { SealRequest } from "./taskPayload.ts";

const s3 = evidenceS3();

/** Lambda entry point of the sealer: the only role that may write a manifest. */
export const handler = async (event: unknown): Promise<{ run_id: string; sealed: boolean }> => {
  const settings = settingsFrom(SealerSettings, process.env);
  const { run_id, run_date } = SealRequest.parse(event);
  log.appendKeys({ run_id });
  const manifest = await seal(runStore(s3, settings.EVIDENCE_BUCKET), run_id, run_date, new Date());
  log.info(manifest ? "run sealed" : "a task is still out", { totals: manifest?.totals });
  return { run_id, sealed: Boolean(manifest) };
};
