import { seal } from "../evidence/seal.ts";
import { runStore } from "../evidence/store.ts";
import { evidenceS3 } from "./clients.ts";
import { log } from "./log.ts";
import { SealerSettings, settingsFrom } from "./settings.ts";
import { type Surroundings, thisProcess } from "./surroundings.ts";
import { SealRequest } from "./taskPayload.ts";

/** The sealer: the only role that may write a manifest. */
export const sealerHandler = (around: Surroundings) => {
  const s3 = evidenceS3(around);

  return async (event: unknown): Promise<{ run_id: string; sealed: boolean }> => {
    const settings = settingsFrom(SealerSettings, around.env());
    const { run_id, run_date } = SealRequest.parse(event);
    log.appendKeys({ run_id });
    const manifest = await seal(runStore(s3, settings.EVIDENCE_BUCKET), run_id, run_date, new Date(around.now()));
    log.info(manifest ? "run sealed" : "a task is still out", { totals: manifest?.totals });
    return { run_id, sealed: Boolean(manifest) };
  };
};

/** Lambda entry point of the sealer. */
export const handler = sealerHandler(thisProcess);
