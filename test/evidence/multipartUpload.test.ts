import type { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { bucketStore } from "../../src/evidence/bucketStore.ts";
import { bucketObjects } from "../../src/tables/bucketObjects.ts";

interface Sent {
  command: string;
  input: Record<string, unknown>;
}

/** A client of S3 that remembers what it is sent. @param refusal name of the error that ends an upload */
function recordingClient(refusal?: string): { s3: S3Client; sent: Sent[] } {
  const sent: Sent[] = [];
  const send = async (command: { input: Sent["input"] }) => {
    const name = command.constructor.name.replace("Command", "");
    sent.push({ command: name, input: command.input });
    if (refusal && name === "CompleteMultipartUpload") throw Object.assign(new Error(refusal), { name: refusal });
    return { UploadId: "upload", ETag: `etag-${sent.length}`, ChecksumSHA256: `sha256-${sent.length}` };
  };
  return { s3: { send } as unknown as S3Client, sent };
}

const PART = Buffer.alloc(9 * 1024 * 1024);

describe("an upload in parts", () => {
  it("of evidence is begun with its first part, and ends with all parts in order, unless the object is there", async () => {
    const { s3, sent } = recordingClient();
    const upload = bucketStore(s3, "bucket").upload("key", { type: "application/x-ndjson", encoding: "gzip" });
    expect(sent).to.deep.equal([]);
    await upload.part(PART);
    await upload.part(PART);
    expect(await upload.finish()).to.equal(true);
    const [begun, first, second, whole] = sent;
    expect(sent.map(({ command }) => command).join(" ")).to.equal(
      "CreateMultipartUpload UploadPart UploadPart CompleteMultipartUpload",
    );
    expect(begun!.input).to.include({ ContentType: "application/x-ndjson", ContentEncoding: "gzip" });
    expect([first!.input.PartNumber, second!.input.PartNumber]).to.deep.equal([1, 2]);
    expect(whole!.input).to.deep.include({
      UploadId: "upload",
      IfNoneMatch: "*",
      MultipartUpload: {
        Parts: [
          { ETag: "etag-2", PartNumber: 1, ChecksumSHA256: "sha256-2" },
          { ETag: "etag-3", PartNumber: 2, ChecksumSHA256: "sha256-3" },
        ],
      },
    });
  });

  it("of evidence says that the object was there, and is given up after a conflict", async () => {
    const finish = async (refusal: string) => {
      const upload = bucketStore(recordingClient(refusal).s3, "bucket").upload("key", { type: "text/plain" });
      await upload.part(PART);
      return upload.finish();
    };
    expect(await finish("PreconditionFailed")).to.equal(false);
    const problem = await finish("ConditionalRequestConflict").catch((error: Error) => error);
    expect(problem).to.be.an("error").with.property("name", "ConditionalRequestConflict");
  });

  it("of a table replaces one that is there, and a small one is no upload", async () => {
    const { s3, sent } = recordingClient();
    for (const parts of [[Buffer.from("small")], [PART, PART, Buffer.from("rest")]]) {
      const sink = bucketObjects(s3, "bucket").create("key");
      for (const part of parts) await sink.write(part);
      await sink.finish();
    }
    expect(sent.map(({ command }) => command).join(" ")).to.equal(
      "PutObject CreateMultipartUpload UploadPart UploadPart UploadPart CompleteMultipartUpload",
    );
    for (const { input } of sent) expect(input).not.to.have.property("IfNoneMatch");
  });
});
