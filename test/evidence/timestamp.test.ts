import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { bucketStore } from "../../src/evidence/bucketStore.ts";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { manifestKey, timestampKey } from "../../src/evidence/layout.ts";
import { sha256 } from "../../src/evidence/plan.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { stampManifest } from "../../src/evidence/stampManifest.ts";
import { readTimestamp, timestampRequest } from "../../src/evidence/timestamp.ts";
import { verify } from "../../src/evidence/verify.ts";
import { BUCKET, DATE, emptyBucket } from "./bucket.ts";
import { PEM, put, runId, sealedCopy } from "./sealedCopy.ts";

const CONFIG = `
oid_section = oids
[oids]
policy = 1.2.3.4.1
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Authority of a test
[tsa]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[stamp]
serial = ./serial
signer_digest = sha256
default_policy = policy
digests = sha256
accuracy = secs:1
crypto_device = builtin
`;

describe("time stamps of manifests", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Server;
  let address: string;
  /** What the server answers with, in place of the authority. */
  let instead: ((query: Buffer) => { status: number; body: Uint8Array }) | undefined;
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" }).toString();
  const reply = (query: Buffer) => {
    writeFileSync(join(folder, "query"), query);
    openssl(
      ...["ts", "-reply", "-config", "config", "-section", "stamp", "-queryfile", "query", "-out", "reply"],
      ...["-signer", "tsa.pem", "-inkey", "tsa.key", "-chain", "ca.pem"],
    );
    return readFileSync(join(folder, "reply"));
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "audit-tsa-"));
    writeFileSync(join(folder, "config"), CONFIG);
    writeFileSync(join(folder, "serial"), "01\n");
    const key = (name: string) => ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name];
    openssl("req", "-x509", "-subj", "/CN=CA of a test", "-days", "2", ...key("ca.key"), "-out", "ca.pem");
    openssl("req", "-config", "config", ...key("tsa.key"), "-out", "tsa.csr");
    openssl(
      ...["x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"],
      ...["-extfile", "config", "-extensions", "tsa", "-out", "tsa.pem"],
    );
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const query = Buffer.concat(chunks);
        const { status, body } = instead?.(query) ?? { status: 200, body: reply(query) };
        response.writeHead(status, { "content-type": "application/timestamp-reply" }).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsr`;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const MANIFEST = '{"a":"manifest"}';
  const stamp = async (authorities = [address]) => {
    const { s3, objects } = await emptyBucket();
    const store = bucketStore(s3, BUCKET);
    await store.create(manifestKey(runId(1), DATE), MANIFEST, { type: "application/json" });
    const stamping = { store, authorities, fetch, nonce: () => randomBytes(8) };
    const run = { run_id: runId(1), run_date: DATE };
    const problems = await stampManifest(stamping, run);
    const again = async () => stampManifest(stamping, run);
    return { problems, again, stamped: objects().get(timestampKey(runId(1), DATE, "127.0.0.1")) };
  };

  it("lie beside the manifest, and openssl checks them with the authority's certificate", async () => {
    const { problems, stamped, again } = await stamp();
    expect(problems).to.deep.equal([]);
    const { body } = stamped![0]!;
    writeFileSync(join(folder, "stamp.tsr"), body);
    const check = (digest: string) =>
      openssl("ts", "-verify", "-digest", digest, "-in", "stamp.tsr", "-CAfile", "ca.pem");
    expect(check(sha256(MANIFEST))).to.match(/Verification: OK/);
    expect(() => check(sha256("another"))).to.throw();
    const { sha256: hash, time } = readTimestamp(body);
    expect(hash).to.equal(sha256(MANIFEST));
    expect(Math.abs(time.getTime() - Date.now())).to.be.below(60_000);
    instead = () => expect.fail("asked again");
    expect(await again()).to.deep.equal([]);
    instead = undefined;
  });

  for (const [what, answer, problem] of [
    ["is broken", () => ({ status: 500, body: Buffer.from("x") }), /127\.0\.0\.1: it answered with 500/],
    ["answers with a page", () => ({ status: 200, body: Buffer.from("<html>") }), /127\.0\.0\.1: it /],
    ["answers with too much", () => ({ status: 200, body: Buffer.alloc(70_000, 0x30) }), /more than 65536 bytes/],
    [
      "answers to another request",
      () => ({ status: 200, body: reply(timestampRequest(sha256("another"), randomBytes(8))) }),
      /it answered to another request/,
    ],
    [
      "refuses",
      () => ({ status: 200, body: Buffer.from("30053003020102", "hex") }),
      /the authority refused, with status 2/,
    ],
  ] as const)
    it(`are not there of an authority that ${what}: it is told, and nothing fails`, async () => {
      instead = answer;
      const { problems, stamped } = await stamp();
      instead = undefined;
      expect(problems).to.have.length(1);
      expect(problems[0]).to.match(problem);
      expect(stamped).to.equal(undefined);
    });

  it("of one authority come although another is away", async () => {
    const { problems, stamped } = await stamp(["http://localhost:1/tsr", address]);
    expect(problems).to.have.length(1);
    expect(stamped).to.have.length(1);
  });

  it("are counted by verify, which says where one is not of its manifest", async () => {
    const copy = await sealedCopy({ runs: 2 });
    const hash = sha256(readFileSync(join(copy, manifestKey(runId(1), DATE))));
    await put(join(copy, timestampKey(runId(1), DATE, "tsa.example")), reply(timestampRequest(hash, randomBytes(8))));
    await put(join(copy, timestampKey(runId(2), DATE, "tsa.example")), reply(timestampRequest(hash, randomBytes(8))));
    const found: string[] = [];
    const verdict = await verify({
      source: folderSource(copy),
      keys: keysIn(PEM),
      run: "all",
      violation: ({ key }) => expect.fail(key),
      notice: ({ kind, key }) => found.push(`${kind} ${key}`),
    });
    expect(found).to.deep.equal([`timestamp ${timestampKey(runId(2), DATE, "tsa.example")}`]);
    expect(verdict.timestamps).to.deep.equal({ "tsa.example": 1 });
    rmSync(copy, { recursive: true });
  });

  it("that are no time stamps are errors, whatever their bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readTimestamp(bytes)).to.throw(Error);
      }),
    );
  });
});
