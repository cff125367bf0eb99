import { createHash, verify, X509Certificate } from "node:crypto";
import { der, type Element, elementsOf } from "./der.ts";
import { signedDataOf } from "./timestamp.ts";

const [OCTETS, OID, SEQUENCE, SET, CONTEXT_0] = [4, 6, 0x30, 0x31, 0xa0];

const SHA_1 = "2b0e03021a";
const HASHES: Record<string, string> = {
  [SHA_1]: "sha1",
  "608648016503040201": "sha256",
  "608648016503040202": "sha384",
  "608648016503040203": "sha512",
};
/** Of signatures that name their hash; `rsaEncryption` takes the digest's. */
const SIGNED_HASHES: Record<string, string> = {
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};
const RSA_ENCRYPTION = "2a864886f70d010101";
const CONTENT_TYPE = "2a864886f70d010903";
const MESSAGE_DIGEST = "2a864886f70d010904";
const TIMESTAMP_INFO = "2a864886f70d0109100104";
/** Names the signer's certificate by its SHA-1, and by another hash. */
const SIGNING_CERTIFICATE = "2a864886f70d010910020c";
const SIGNING_CERTIFICATE_2 = "2a864886f70d010910022f";
/** The only use that an authority's key may have. */
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
/** Certificates from an authority's to one that is trusted. */
const CHAIN_AT_MOST = 8;

/** The certificates of a PEM text, which are trusted. @throws Error where there is none, or one cannot be read */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!blocks) throw new Error("there is no PEM block BEGIN CERTIFICATE in it");
  return blocks.map((block) => new X509Certificate(block));
}

/**
 * Checks that a time stamp is signed by an authority whose certificate leads to one of those that are trusted: its
 * signature, the use and the days of its certificate, and the certificates above it. Not checked: whether one was
 * revoked, and constraints of names and policies.
 * @returns the subject of the authority's certificate
 * @throws Error that says what is wrong with it
 * @see https://www.rfc-editor.org/rfc/rfc3161#section-2.4.2
 * @see https://www.rfc-editor.org/rfc/rfc5652#section-5.4
 */
export function signerOfTimestamp(answer: Uint8Array, trusted: readonly X509Certificate[], at: Date): string {
  const { content, certificates, signers } = signedDataOf(answer);
  const [signer, more] = signers;
  if (!signer || more) throw new Error("one authority is to sign it");
  const [, , digest, attributes, algorithm, signature] = elementsOf(signer.body);
  if (attributes?.tag !== CONTEXT_0 || signature?.tag !== OCTETS) throw new Error("its signature cannot be read");
  const hash = HASHES[oidOf(digest)];
  if (!hash || hash === "sha1") throw new Error("it is signed over a hash that is not known here");
  const signed = attributesOf(attributes);
  if (signed.get(CONTENT_TYPE)?.body.toString("hex") !== TIMESTAMP_INFO) throw new Error("no time stamp is signed");
  if (!signed.get(MESSAGE_DIGEST)?.body.equals(createHash(hash).update(content).digest()))
    throw new Error("its signature is of another time stamp");
  const given = certificates.map((each) => new X509Certificate(der(each.tag, each.body)));
  const own = certificateNamed(signed, [...given, ...trusted]);
  const signedHash = oidOf(algorithm) === RSA_ENCRYPTION ? hash : SIGNED_HASHES[oidOf(algorithm)];
  if (!signedHash) throw new Error("it is signed by an algorithm that is not known here");
  if (!verify(signedHash, der(SET, attributes.body), own.publicKey, signature.body))
    throw new Error("its signature is not that of its certificate's key");
  if (own.keyUsage?.length !== 1 || own.keyUsage[0] !== TIME_STAMPING)
    throw new Error("its certificate is not for time stamps alone");
  expectTrusted(own, given, trusted, at);
  return own.subject.replaceAll("\n", ", ");
}

/** The identifier of an algorithm. */
const oidOf = (algorithm: Element | undefined): string => {
  const [oid] = algorithm?.tag === SEQUENCE ? elementsOf(algorithm.body) : [];
  return oid?.tag === OID ? oid.body.toString("hex") : "";
};

/** Attributes that are signed, by their identifiers: each once, with one value. */
function attributesOf({ body }: Element): Map<string, Element> {
  const found = new Map<string, Element>();
  for (const attribute of elementsOf(body)) {
    const [oid, values] = elementsOf(attribute.body);
    const [value, more] = values ? elementsOf(values.body) : [];
    const name = oid?.body.toString("hex") ?? "";
    if (!value || more || found.has(name)) throw new Error("its signed attributes cannot be read");
    found.set(name, value);
  }
  return found;
}

/** The signer's certificate, which is named by its hash among what is signed. */
function certificateNamed(signed: Map<string, Element>, certificates: readonly X509Certificate[]): X509Certificate {
  const named = signed.get(SIGNING_CERTIFICATE_2) ?? signed.get(SIGNING_CERTIFICATE);
  const [list] = named ? elementsOf(named.body) : [];
  const [first] = list ? elementsOf(list.body) : [];
  const parts = first ? elementsOf(first.body) : [];
  const isOld = !signed.has(SIGNING_CERTIFICATE_2);
  const hash = isOld ? "sha1" : parts[0]?.tag === SEQUENCE ? HASHES[oidOf(parts[0])] : "sha256";
  const expected = parts.find(({ tag }) => tag === OCTETS)?.body;
  const isNamed = ({ raw }: X509Certificate) => hash && expected?.equals(createHash(hash).update(raw).digest());
  const found = certificates.find(isNamed);
  if (!found) throw new Error("the certificate that it names is neither in it nor given");
  return found;
}

function expectTrusted(
  own: X509Certificate,
  given: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  at: Date,
): void {
  const isIssuer = (issuer: X509Certificate, of: X509Certificate) =>
    issuer.ca && of.checkIssued(issuer) && of.verify(issuer.publicKey);
  let current = own;
  for (let length = 1; length <= CHAIN_AT_MOST; length++) {
    if (at < new Date(current.validFrom) || at > new Date(current.validTo))
      throw new Error(`the certificate of ${current.subject.replaceAll("\n", ", ")} was not valid at that time`);
    if (trusted.some(({ fingerprint256 }) => fingerprint256 === current.fingerprint256)) return;
    const next = [...trusted, ...given].find((issuer) => isIssuer(issuer, current));
    if (!next) break;
    current = next;
  }
  throw new Error("its certificate does not lead to one that was given");
}
