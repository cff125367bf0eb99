import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AssertionError, expect } from "chai";
import fc from "fast-check";
import { bucketStore } from "../../src/evidence/bucketStore.ts";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { manifestKey, timestampKey } from "../../src/evidence/layout.ts";
import { sha256 } from "../../src/evidence/plan.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { stampManifest } from "../../src/evidence/stampManifest.ts";
import { readTimestamp, timestampRequest } from "../../src/evidence/timestamp.ts";
import { certificatesIn, signerOfTimestamp } from "../../src/evidence/timestampSignature.ts";
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

  /** What verify says of copies of two runs, with these time stamps. */
  async function verified(
    stampsOf: (hash: string) => [run: number, answer: Uint8Array][],
    timestampAuthorities?: ReturnType<typeof certificatesIn>,
  ) {
    const copy = await sealedCopy({ runs: 2 });
    const hash = sha256(readFileSync(join(copy, manifestKey(runId(1), DATE))));
    for (const [run, answer] of stampsOf(hash))
      await put(join(copy, timestampKey(runId(run), DATE, "tsa.example")), answer);
    const found: string[] = [];
    const verdict = await verify({
      source: folderSource(copy),
      keys: keysIn(PEM),
      run: "all",
      timestampAuthorities,
      violation: ({ key }) => expect.fail(key),
      notice: ({ kind, key, problem }) => found.push(`${kind} ${key} ${problem}`),
    });
    rmSync(copy, { recursive: true });
    return { found, timestamps: verdict.timestamps };
  }
  const stampOf = (hash: string) => reply(timestampRequest(hash, randomBytes(8)));
  /** A stamp with another time in it, which nobody signed. */
  const backdated = (answer: Buffer) =>
    Buffer.from(answer.toString("latin1").replace(/20\d{12}Z/, "20200101000000Z"), "latin1");
  const authority = () => certificatesIn(readFileSync(join(folder, "ca.pem"), "utf8"));

  it("are told with their times by verify, which says where one is not of its manifest", async () => {
    const { found, timestamps } = await verified((hash) => [
      [1, stampOf(hash)],
      [2, stampOf(hash)],
    ]);
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^timestamp .*0002\/timestamps\/tsa\.example\.tsr .*of other bytes/);
    expect(timestamps).to.have.length(1);
    const [{ time, ...rest }] = timestamps as [(typeof timestamps)[0]];
    expect(rest).to.deep.equal({ run_id: runId(1), authority: "tsa.example" });
    expect(Math.abs(Date.parse(time) - Date.now())).to.be.below(60_000);
  });

  it("that are older than what they stamp are named", async () => {
    const { found, timestamps } = await verified((hash) => [[1, backdated(stampOf(hash))]]);
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/2020-01-01.* that it was sealed at 2026-11-24/);
    expect(timestamps).to.have.length(1);
  });

  it("are signed by whom they have to be, with the certificate that leads to the authority's", async () => {
    const { found, timestamps } = await verified((hash) => [[1, stampOf(hash)]], authority());
    expect(found).to.deep.equal([]);
    expect(timestamps[0]?.signed_by).to.equal("CN=Authority of a test");
  });

  it("are told to be of nobody that was given, or not signed as they stand", async () => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "other.key"];
    openssl("req", "-x509", "-subj", "/CN=CA of a test", "-days", "2", ...key, "-out", "other.pem");
    const other = certificatesIn(readFileSync(join(folder, "other.pem"), "utf8"));
    const stranger = await verified((hash) => [[1, stampOf(hash)]], other);
    expect(stranger.found[0]).to.match(/does not lead to one that was given/);
    expect(stranger.timestamps).to.deep.equal([]);
    const forged = await verified((hash) => [[1, backdated(stampOf(hash))]], authority());
    expect(forged.found[0]).to.match(/signature is of another time stamp/);
    expect(forged.timestamps).to.deep.equal([]);
  });

  it("are checked by RSA as well", () => {
    const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", "rsa.key"];
    openssl("req", "-config", "config", ...key, "-out", "rsa.csr");
    openssl(
      ...["x509", "-req", "-in", "rsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"],
      ...["-extfile", "config", "-extensions", "tsa", "-out", "rsa.pem"],
    );
    writeFileSync(join(folder, "query"), timestampRequest(sha256("x"), randomBytes(8)));
    openssl(
      ...["ts", "-reply", "-config", "config", "-section", "stamp", "-queryfile", "query", "-out", "reply"],
      ...["-signer", "rsa.pem", "-inkey", "rsa.key"],
    );
    const answer = readFileSync(join(folder, "reply"));
    expect(signerOfTimestamp(answer, authority(), new Date())).to.equal("CN=Authority of a test");
  });

  it("are of nobody after the certificate's last day", () => {
    const answer = stampOf(sha256("x"));
    const late = new Date(Date.now() + 30 * 86_400_000);
    expect(() => signerOfTimestamp(answer, authority(), late)).to.throw(/was not valid at that time/);
  });

  it("say nothing else with any byte changed, where they are signed at all", () => {
    const answer = stampOf(sha256("x"));
    const said = readTimestamp(answer);
    const trusted = authority();
    let refused = 0;
    for (let at = 0; at < answer.length; at++) {
      const altered = Buffer.from(answer);
      altered[at]! ^= 1;
      try {
        expect(signerOfTimestamp(altered, trusted, said.time)).to.equal("CN=Authority of a test");
      } catch (error) {
        if (error instanceof AssertionError) throw error;
        refused += 1;
        continue;
      }
      // What is not signed may be other: the authority's own status, and certificates that nothing leads over.
      expect(readTimestamp(altered), `byte ${at}`).to.deep.equal(said);
    }
    expect(refused).to.be.above(answer.length / 3);
  });

  it("that are no time stamps are errors, whatever their bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readTimestamp(bytes)).to.throw(Error);
      }),
    );
  });
});
