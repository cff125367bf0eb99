import { existsSync } from "node:fs";
import { S3Client } from "@aws-sdk/client-s3";
import { bucketObjects, folderObjects, type Objects } from "../query/objects.ts";
import { CliError } from "./runs.ts";

/** Where the evidence is, as options say it. */
export interface PlaceOptions {
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

/** The evidence bucket or a copy of it. @throws CliError when neither or both are named, or there is no such copy */
export function evidencePlace({ dir, bucket }: PlaceOptions): Objects {
  if (dir && bucket) throw new CliError("--dir and --bucket: name one of them, a copy or the bucket itself");
  if (dir) return folderObjects(copyIn(dir));
  if (bucket) return bucketObjects(new S3Client({ forcePathStyle: isElsewhere() }), bucket);
  throw new CliError("where is the evidence? --bucket <name> for the bucket, --dir <folder> for a copy of it");
}
