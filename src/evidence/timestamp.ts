import { der, type Element, elementsOf } from "./der.ts";

const [BOOLEAN, INTEGER, OCTETS, NULL, OID, TIME, SEQUENCE, SET, FIRST] = [1, 2, 4, 5, 6, 0x18, 0x30, 0x31, 0xa0];
const SHA_256 = Buffer.from("608648016503040201", "hex");

/**
 * Asks an authority when it saw a SHA-256, and to send its certificate.
 * @param nonce returned with the answer
 * @see https://www.rfc-editor.org/rfc/rfc3161#section-2.4.1
 */
export const timestampRequest = (sha256: string, nonce: Uint8Array): Buffer =>
  der(
    SEQUENCE,
    der(INTEGER, Buffer.from([1])),
    der(SEQUENCE, der(SEQUENCE, der(OID, SHA_256), der(NULL)), der(OCTETS, Buffer.from(sha256, "hex"))),
    // A positive number in its shortest form.
    der(INTEGER, Buffer.from([1]), nonce),
    der(BOOLEAN, Buffer.from([0xff])),
  );

/** What a time stamp says. Who says it is checked by `signerOfTimestamp`. */
export interface Timestamp {
  /** Of the bytes that it is of, hex. */
  sha256: string;
  /** By the authority's clock. */
  time: Date;
  /** Of the request, hex; empty where it has none. */
  nonce: string;
}

/**
 * Reads the answer of an authority.
 * @see https://www.rfc-editor.org/rfc/rfc3161#section-2.4.2
 * @throws Error where it refuses, or is no time stamp of a SHA-256
 */
export function readTimestamp(answer: Uint8Array): Timestamp {
  const [, , imprint, , time, ...rest] = within(only(signedDataOf(answer).content), SEQUENCE);
  const [algorithm, hash] = within(imprint, SEQUENCE);
  const [oid] = within(algorithm, SEQUENCE);
  if (!oid?.body.equals(SHA_256) || hash?.body.length !== 32) throw new Error("it is not of a SHA-256");
  const nonce = rest.find(({ tag }) => tag === INTEGER);
  return { sha256: hash.body.toString("hex"), time: timeOf(time), nonce: nonce?.body.toString("hex") ?? "" };
}

/** What an authority has signed, and with what. */
export interface SignedData {
  /** The time stamp itself. */
  content: Buffer;
  /** Certificates that came with it. */
  certificates: Element[];
  /** One for each signature. */
  signers: Element[];
}

/**
 * The parts of an authority's answer.
 * @see https://www.rfc-editor.org/rfc/rfc5652#section-5.1
 * @throws Error where it refuses, or is no answer
 */
export function signedDataOf(answer: Uint8Array): SignedData {
  const [status, token] = within(only(Buffer.from(answer)), SEQUENCE);
  const [granted, text] = within(status, SEQUENCE);
  const code = granted?.body[0];
  if (granted?.tag !== INTEGER || code === undefined || code > 1)
    throw new Error(`the authority refused, with status ${code}: ${printable(text)}`);
  const [, signed] = within(token, SEQUENCE);
  const [data] = within(signed, FIRST);
  const [, , content, ...rest] = within(data, SEQUENCE);
  const [, encapsulated] = within(content, SEQUENCE);
  const [octets] = within(encapsulated, FIRST);
  const certificates = rest.find(({ tag }) => tag === FIRST);
  const signers = rest.find(({ tag }) => tag === SET);
  return {
    content: octets?.body ?? Buffer.alloc(0),
    certificates: certificates ? elementsOf(certificates.body).filter(({ tag }) => tag === SEQUENCE) : [],
    signers: signers ? elementsOf(signers.body) : [],
  };
}

function only(bytes: Buffer): Element | undefined {
  const elements = elementsOf(bytes);
  return elements.length === 1 ? elements[0] : undefined;
}

function within(element: Element | undefined, tag: number): Element[] {
  if (element?.tag !== tag) throw new Error("it is no time stamp");
  return elementsOf(element.body);
}

function timeOf(element: Element | undefined): Date {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(element?.body.toString("latin1") ?? "") ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (element?.tag !== TIME || Number.isNaN(time.getTime())) throw new Error("it has no time");
  return time;
}

const printable = (element: Element | undefined): string =>
  (element?.body.toString("latin1") ?? "").replace(/[^\x20-\x7e]/g, "").slice(0, 200);
