import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { before } from "../collect/deadline.ts";
import { DURATIONS_BYTES_AT_MOST, type Took, tookFrom } from "../evidence/durations.ts";
import { DURATIONS_KEY } from "../evidence/layout.ts";
import { log } from "./log.ts";
import type { Runtime } from "./runtime.ts";

/** The run starts without the hint when it is not there by then: it is read while the accounts are. */
const PATIENCE_MS = 1_000;

/** What the last whole run took; undefined where nobody knows. A run starts the same, in another order. */
export async function earlierDurations(
  s3: S3Client,
  bucket: string,
  { timeout }: Pick<Runtime, "timeout">,
): Promise<Took | undefined> {
  const patience = timeout(PATIENCE_MS);
  try {
    return await before(patience, async () => {
      const command = new GetObjectCommand({ Bucket: bucket, Key: DURATIONS_KEY });
      const { Body, ContentLength = 0 } = await s3.send(command, { abortSignal: patience });
      if (ContentLength > DURATIONS_BYTES_AT_MOST) throw new Error(`it has ${ContentLength} bytes`);
      return tookFrom(await Body!.transformToByteArray());
    });
  } catch (error) {
    // The first run finds none. Whatever else it is, it must not keep a run from starting.
    log.info("no durations of an earlier run: tasks start in the order of the accounts", {
      why: (error as Error).name,
    });
    return undefined;
  }
}

/** Leaves what a run took, for the next one. The run is sealed by then, so that a failure is only told. */
export async function leaveDurations(s3: S3Client, bucket: string, text: string): Promise<void> {
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: DURATIONS_KEY,
        Body: text,
        ContentType: "application/json",
        ChecksumAlgorithm: "SHA256",
      }),
    );
  } catch (error) {
    log.warn("what the run took is not kept for the next one", { error: error as Error });
  }
}
