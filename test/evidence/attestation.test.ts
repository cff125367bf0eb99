import { createPublicKey } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { expect } from "chai";
import * as z from "zod";
import { attestationKey, manifestKey, planKey } from "../../src/evidence/layout.ts";
import { sha256 } from "../../src/evidence/plan.ts";
import { DATE } from "./bucket.ts";
import { OTHER_PEM, PEM, runId, sealedCopy } from "./sealedCopy.ts";

const Envelope = z.object({ payload: z.string(), payloadType: z.string(), signatures: z.array(z.unknown()) });
type Envelope = z.infer<typeof Envelope>;

/** No authority, log or certificate: a key alone is trusted. */
const NOBODY = { mediaType: "", tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };

/** Sigstore's verifier, which throws where an envelope is not signed by a key. */
function verifyBySigstore(envelope: Envelope, pem: string): void {
  const bundle = bundleFromJSON({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { publicKey: { hint: "key" }, tlogEntries: [] },
    dsseEnvelope: envelope,
  });
  const rawBytes = createPublicKey(pem).export({ format: "der", type: "spki" });
  const trusted = toTrustMaterial(NOBODY, { key: { rawBytes, keyDetails: 5, validFor: { start: new Date(0) } } });
  const none = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  new Verifier(trusted, none).verify(toSignedEntity(bundle));
}

describe("a run's attestation", () => {
  let folder: string;
  let envelope: Envelope;
  let manifest: Buffer;

  before(async () => {
    folder = await sealedCopy({ runs: 1 });
    envelope = Envelope.parse(JSON.parse(await readFile(join(folder, attestationKey(runId(1), DATE)), "utf8")));
    manifest = await readFile(join(folder, manifestKey(runId(1), DATE)));
  });
  after(() => rm(folder, { recursive: true }));

  it("is a DSSE envelope that Sigstore's verifier accepts with the signing key", () => {
    verifyBySigstore(envelope, PEM);
  });

  const changed = (text: string) => text.replace('"sequence":1', '"sequence":2');
  const ALTERED: [string, () => [Envelope, string]][] = [
    ["another key is given", () => [envelope, OTHER_PEM]],
    [
      "its statement was changed",
      () => {
        const payload = Buffer.from(changed(Buffer.from(envelope.payload, "base64").toString())).toString("base64");
        return [{ ...envelope, payload }, PEM];
      },
    ],
    ["its type was changed", () => [{ ...envelope, payloadType: "text/plain" }, PEM]],
  ];
  for (const [what, given] of ALTERED)
    it(`is refused by it where ${what}`, () => {
      expect(() => verifyBySigstore(...given())).to.throw("signature verification failed");
    });

  it("is an in-toto statement about the manifest and the plan", async () => {
    const plan = await readFile(join(folder, planKey(runId(1), DATE)));
    const statement = JSON.parse(Buffer.from(envelope.payload, "base64").toString()) as Record<string, unknown>;
    expect(envelope.payloadType).to.equal("application/vnd.in-toto+json");
    expect(statement).to.include({
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "urn:audit-ecosystem:sealed-run:v1",
    });
    expect(statement.subject).to.deep.equal([
      { name: manifestKey(runId(1), DATE), digest: { sha256: sha256(manifest) } },
      { name: planKey(runId(1), DATE), digest: { sha256: sha256(plan) } },
    ]);
    expect(statement.predicate).to.include({ run_id: runId(1), sequence: 1, complete: true });
  });
});
