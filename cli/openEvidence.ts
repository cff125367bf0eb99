import { existsSync } from "node:fs";
import { folderSource } from "../src/evidence/folderSource.ts";
import type { EvidenceSource } from "../src/evidence/source.ts";
import { printable } from "../src/query/printable.ts";
import { folderObjects } from "../src/tables/folderObjects.ts";
import type { Objects } from "../src/tables/objects.ts";
import { BOSS } from "./bossName.ts";
import { CliError } from "./cliError.ts";

/** Where the evidence is, as options say it. */
export interface EvidenceOptions {
  dir?: string;
  bucket?: string;
}

/** Whether another endpoint than AWS's own answers: the sandbox, or S3 of another make. */
export const isElsewhere = (env: NodeJS.ProcessEnv = process.env): boolean =>
  Boolean(env.AWS_ENDPOINT_URL ?? env.AWS_ENDPOINT_URL_S3);

/** The folder of a copy of the evidence bucket. @throws CliError when there is none */
export function copyIn(dir: string): string {
  if (!existsSync(dir))
    throw new CliError(`--dir ${dir}: there is no such folder. Try: itaudit pull --all --bucket <bucket> --dir ${dir}`);
  return dir;
}

/**
 * The copy or the bucket that is named; without either, the bucket of the system that is deployed.
 * @throws CliError when both are named, there is no such copy, or no deployed system to ask
 */
async function locateEvidence({ dir, bucket }: EvidenceOptions): Promise<{ dir: string } | { bucket: string }> {
  if (dir && bucket) throw new CliError("--dir and --bucket: name one of them, a copy or the bucket itself");
  if (dir) return { dir: copyIn(dir) };
  if (bucket) return { bucket };
  const [{ LambdaClient }, { evidenceBucket }] = await Promise.all([
    import("@aws-sdk/client-lambda"),
    import("./deployment.ts"),
  ]);
  try {
    return { bucket: await evidenceBucket(undefined, BOSS, () => new LambdaClient({})) };
  } catch (error) {
    throw new CliError(
      `where is the evidence? --bucket <name> for the bucket, --dir <folder> for a copy of it; the deployed system could not be asked: ${printable((error as Error).message)}`,
    );
  }
}

/** The evidence, for what asks tables. @throws CliError as `namedPlace` */
export async function openEvidence(options: EvidenceOptions): Promise<Objects> {
  const location = await locateEvidence(options);
  if ("dir" in location) return folderObjects(location.dir);
  const [{ S3Client }, { bucketObjects }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("../src/tables/bucketObjects.ts"),
  ]);
  return bucketObjects(new S3Client({ forcePathStyle: isElsewhere() }), location.bucket);
}

/** The evidence, for what verifies it. @throws CliError as `namedPlace` */
export async function evidenceSource(options: EvidenceOptions): Promise<EvidenceSource> {
  const location = await locateEvidence(options);
  if ("dir" in location) return folderSource(location.dir);
  const [{ evidenceS3 }, { bucketSource }] = await Promise.all([
    import("../src/runtime/clients.ts"),
    import("../src/evidence/bucketSource.ts"),
  ]);
  return bucketSource(evidenceS3(), location.bucket);
}
