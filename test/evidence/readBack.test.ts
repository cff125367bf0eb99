import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { sdkStreamMixin } from "@smithy/core/serde";
import { mockClient } from "aws-sdk-client-mock";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { runStore } from "../../src/evidence/store.ts";

use(chaiAsPromised);

const RUN = "01M85QXYGAA5DBFEK7WHRSPB93";
const OTHER = "01M85QXYGAA5DBFEK7WHRSPB94";
const DATE = "2026-11-24";
const signature = (filled: number) => Buffer.from([0x30, 4, filled, filled, filled, filled]);

describe("what is read back from the bucket", () => {
  const s3 = mockClient(S3Client);
  after(() => s3.restore());
  beforeEach(() => s3.reset());
  const answers = (...bodies: (Uint8Array | string)[]) => {
    let asked = 0;
    s3.on(GetObjectCommand).callsFake(() => {
      const body = Buffer.from(bodies[Math.min(asked++, bodies.length - 1)]!);
      return { Body: sdkStreamMixin(Readable.from([body])), ETag: '"tag"', ContentLength: body.length };
    });
    return runStore(s3 as unknown as S3Client, "evidence");
  };

  it("is a signature as it stands", async () => {
    expect(await answers(signature(1)).readSignature(RUN, DATE)).to.deep.equal(new Uint8Array(signature(1)));
  });

  it("is no signature where it is none, and another thing the next time: the chain would name it for ever", async () => {
    for (const none of ["", "<html>", signature(1).subarray(0, 3)])
      await expect(answers(none, signature(1)).readSignature(RUN, DATE)).to.be.rejectedWith(/not the same twice/);
  });

  it("is what somebody has put in a signature's place, where it stands there twice: verifying names it", async () => {
    expect(await answers("forged").readSignature(RUN, DATE)).to.deep.equal(new Uint8Array(Buffer.from("forged")));
  });

  for (const [what, length, tag] of [
    ["fewer bytes than were announced", 12, '"tag"'],
    ["nothing, without the tag that S3 gives", 0, undefined],
  ] as const)
    it(`is not ${what}`, async () => {
      const body = Buffer.from(length ? "short" : "");
      s3.on(GetObjectCommand).callsFake(() => ({
        Body: sdkStreamMixin(Readable.from(body.length ? [body] : [])),
        ContentLength: length,
        ETag: tag,
      }));
      const { source } = runStore(s3 as unknown as S3Client, "evidence");
      await expect(source.read("keys/a.pem")).to.be.rejectedWith(/bytes came/);
      await expect(buffer((await source.open("keys/a.pem"))!)).to.be.rejectedWith(/bytes came/);
    });

  it("is the whole object, as a stream as well, and what is read of it in part", async () => {
    const { source } = answers("whole");
    expect(String(await buffer((await source.open("keys/a.pem"))!))).to.equal("whole");
    for await (const chunk of (await source.open("keys/a.pem"))!) {
      expect(String(chunk)).to.equal("whole");
      break;
    }
  });

  it("is not the document of another run or another task", async () => {
    const commit = (of: object) =>
      JSON.stringify({
        ...{
          run_id: RUN,
          task: "rds-0000",
          attempt: "a",
          committed_at: "2026-11-24T03:00:00Z",
          outcomes: [],
          objects: [],
        },
        ...of,
      });
    expect((await answers(commit({})).readOutcome(RUN, DATE, "rds-0000"))?.task).to.equal("rds-0000");
    for (const of of [{ run_id: OTHER }, { task: "rds-0001" }])
      await expect(answers(commit(of)).readOutcome(RUN, DATE, "rds-0000")).to.be.rejectedWith(/was to stand/);
  });
});
