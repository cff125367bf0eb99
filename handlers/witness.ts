import { KMSClient } from "@aws-sdk/client-kms";
import * as z from "zod";
import { withCachedConfig } from "../src/collect/cachedConfig.ts";
import { bucketStore } from "../src/evidence/bucketStore.ts";
import { keysIn } from "../src/evidence/publicKeys.ts";
import { addCheckpoint, type WitnessAnswer } from "../src/evidence/witness/addCheckpoint.ts";
import { kmsCosigner } from "../src/evidence/witness/kmsCosigner.ts";
import { witnessStateIn } from "../src/evidence/witness/witnessState.ts";
import { evidenceS3, WAITS } from "../src/runtime/clients.ts";
import { log } from "../src/runtime/log.ts";
import { type Runtime, thisProcess } from "../src/runtime/runtime.ts";
import { settingsFrom, WitnessSettings } from "../src/runtime/settings.ts";

/** As a function's address gets it; a body beyond this is no checkpoint. */
const Request = z.object({ body: z.string().max(65_536) });

/** The witness: cosigns checkpoints of one log that go on from what it has seen. Runs in an account of its own. */
export const witnessHandler = (runtime: Runtime) => {
  const s3 = evidenceS3(runtime);
  const kms = withCachedConfig(new KMSClient(runtime.client(WAITS)));

  return async (event: unknown): Promise<WitnessAnswer> => {
    const settings = settingsFrom(WitnessSettings, runtime.env());
    const { body } = Request.parse(event);
    const keys = keysIn(settings.LOG_PUBLIC_KEYS);
    const logKeys = (await Promise.all(keys.fingerprints.map(keys))).flatMap((key) => key ?? []);
    const answer = await addCheckpoint(
      {
        origin: settings.LOG_ORIGIN,
        logKeys,
        state: witnessStateIn(bucketStore(s3, settings.STATE_BUCKET), settings.LOG_ORIGIN),
        cosign: kmsCosigner(kms, { keyArn: settings.WITNESS_KEY, name: settings.WITNESS_NAME, now: runtime.now }),
      },
      body,
    );
    const { statusCode } = answer;
    if (statusCode === 422) log.error("a log does not go on from what was cosigned", { body });
    else log.info("asked to cosign", { status: statusCode });
    return answer;
  };
};

/** Lambda entry point of the witness. */
export const handler = witnessHandler(thisProcess);
