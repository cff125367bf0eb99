import { pipeline, type Readable, Transform } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { EvidenceSource } from "./source.ts";

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && (error.name === "NoSuchKey" || error.name === "NotFound");

/** Why an answer is not a whole object; undefined: it is. */
function shortfall(arrived: number, { ContentLength = arrived, ETag }: GetObjectCommandOutput): string | undefined {
  // Nothing at all without a tag is of something on the way, not of S3.
  const isWhole = arrived === ContentLength && (arrived > 0 || ETag);
  return isWhole ? undefined : `${arrived} of ${ContentLength} bytes came. Try again`;
}

/** The body of an answer, which fails at its end where it is not all that was announced. */
function whole(answer: GetObjectCommandOutput, name: string): Readable {
  let arrived = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      arrived += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      const problem = shortfall(arrived, answer);
      done(problem ? new Error(`${name}: ${problem}`) : null);
    },
  });
  // Whoever reads is told of errors by the stream itself.
  return pipeline(answer.Body as Readable, counted, () => undefined);
}

export function bucketSource(s3: S3Client, bucket: string): EvidenceSource {
  const get = async (key: string) => {
    try {
      return await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  return {
    name: `s3://${bucket}/`,
    read: async (key) => {
      const answer = await get(key);
      const bytes = await answer?.Body?.transformToByteArray();
      const problem = answer && bytes && shortfall(bytes.length, answer);
      if (problem) throw new Error(`s3://${bucket}/${key}: ${problem}`);
      return bytes;
    },
    open: async (key) => {
      const answer = await get(key);
      return answer?.Body && whole(answer, `s3://${bucket}/${key}`);
    },
    async *list(prefix, atMost) {
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: atMost, ContinuationToken: token }),
        );
        for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
        token = atMost ? undefined : page.NextContinuationToken;
      } while (token);
    },
    folders: async (prefix) => {
      const found: string[] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: "/", ContinuationToken: token }),
        );
        for (const each of page.CommonPrefixes ?? []) if (each.Prefix) found.push(each.Prefix);
        token = page.NextContinuationToken;
      } while (token);
      return found;
    },
  };
}
