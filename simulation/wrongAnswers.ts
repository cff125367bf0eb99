import type { Service } from "../sandbox/service.ts";
import { bytes, type WireAnswer } from "../sandbox/wire/message.ts";

/** How an answer is none: what comes is not what AWS said to the call. */
export const WRONG_ANSWERS = [
  /** A page of a proxy, with the status of an answer. */
  "page of HTML",
  /** The same as an error. */
  "error of HTML",
  /** Fewer bytes than were announced. */
  "cut off",
  /** Fewer bytes, and nobody said how many. */
  "cut off, unannounced",
  "empty",
  /** The body of another operation of the service. */
  "of another operation",
] as const;

/** One bit is another: in an object whose checksum S3 gives, or where the body cannot be read with it. */
export const CHANGED_BIT = "changed bit";
export type WrongAnswer = (typeof WRONG_ANSWERS)[number] | typeof CHANGED_BIT;

/** Whether something on the way answers so, and AWS never gets the call. */
export const isOfProxy = (wrong: WrongAnswer): boolean => wrong === "page of HTML" || wrong === "error of HTML";

const PAGE = bytes(
  "<!DOCTYPE html><html><head><title>Access to this site is blocked</title></head><body><p>Ask your administrator.</p></body></html>",
);
const HTML = { "content-type": "text/html" };

/** Spoils answers; it keeps what services said to other operations. @param random in [0, 1) */
export function wrongAnswers(random: () => number) {
  const said = new Map<string, Map<string, WireAnswer>>();

  /** The answer as it comes; the right one where this operation's cannot be spoilt in that way. */
  return (service: Service | undefined, what: string, answer: WireAnswer, wrong: WrongAnswer): WireAnswer => {
    const name = service?.signingName ?? "";
    const ofService = said.get(name) ?? new Map<string, WireAnswer>();
    said.set(name, ofService);
    if (answer.status === 200) ofService.set(what, answer);
    switch (wrong) {
      case "page of HTML":
        return { status: 200, headers: HTML, body: PAGE };
      case "error of HTML":
        return { status: 502, headers: HTML, body: PAGE };
      case "empty":
        return { ...answer, body: new Uint8Array() };
      case "cut off":
      case "cut off, unannounced":
        return cut(answer, wrong === "cut off");
      case CHANGED_BIT:
        return withChangedBit(answer, random);
      case "of another operation":
        return [...ofService].find(([other]) => other !== what)?.[1] ?? foreign(service, answer);
    }
  };
}

/** The first two thirds: within the list that an answer is about, as a rule. */
function cut({ status, headers, body }: WireAnswer, announced: boolean): WireAnswer {
  const announcing: Record<string, string> = announced ? { "content-length": String(body.length) } : {};
  return { status, headers: { ...headers, ...announcing }, body: body.subarray(0, Math.floor((body.length * 2) / 3)) };
}

/** Where nothing else was said yet: an operation that no auditor has. */
function foreign(service: Service | undefined, { headers }: WireAnswer): WireAnswer {
  const text = service?.protocol.endsWith("json")
    ? '{"attributes":[]}'
    : "<ListAttributesResponse><ListAttributesResult><Attributes/></ListAttributesResult></ListAttributesResponse>";
  return { status: 200, headers, body: bytes(text) };
}

/** Positions that are tried for a bit with which a body cannot be read. */
const POSITIONS = 20;

/** The answer with another bit; as it is where no such bit was found, as nobody could notice it. */
function withChangedBit(answer: WireAnswer, random: () => number): WireAnswer {
  const { body, headers } = answer;
  if (!body.length || answer.status !== 200) return answer;
  const hasChecksum = headers["x-amz-checksum-sha256"] !== undefined;
  for (let tries = 0; tries < POSITIONS; tries++) {
    const changed = Uint8Array.from(body);
    changed[Math.floor(random() * body.length)]! ^= 1 << Math.floor(random() * 7);
    if (hasChecksum || !isReadable(Buffer.from(changed).toString("utf8"))) return { ...answer, body: changed };
  }
  return answer;
}

/** Whether a text is JSON, or XML whose elements are closed in order. */
export function isReadable(text: string): boolean {
  if (!text.startsWith("<")) {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }
  const open: string[] = [];
  let at = 0;
  for (const [tag, end, name, empty] of text.matchAll(/<(\/?)([^\s<>/?!]+)[^<>]*?(\/?)>|<\?[^<>]*\?>|</g)) {
    if (tag === "<") return false;
    at += 1;
    if (!name) continue;
    if (end && open.pop() !== name) return false;
    if (!end && !empty) open.push(name);
  }
  return at > 0 && !open.length;
}
