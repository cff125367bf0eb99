import { NormalizedSchema } from "@smithy/core/schema";
import type { SdkClient } from "../auditors/collector.ts";
import { isTokenName, type Shape, shapeOf, wrongIn } from "./answerShape.ts";
import { oddIn } from "./xmlLists.ts";

/** An answer as it came over the wire. */
interface Response {
  statusCode: number;
  headers: Record<string, string>;
  body: unknown;
}

/** The SDK's protocol of a client, as far as it is of interest here. */
interface Protocol {
  getShapeId(): string;
  deserializeResponse(operation: Operation, context: Context, response: Response): Promise<Values>;
}
interface Operation {
  namespace: string;
  name: string;
  traits: unknown;
  output: unknown;
}
interface Context {
  streamCollector: (body: unknown) => Promise<Uint8Array>;
}
type Values = Record<string, unknown>;

/** What came is no answer of AWS to the call: whatever it holds, it says nothing of what there is. */
export class NotAnAnswer extends Error {
  readonly $metadata: { httpStatusCode: number; attempts?: number };
  /** Asked for again by the SDK where the rest may come the next time. */
  readonly $retryable?: object;

  constructor(status: number, what: string, again = false) {
    super(`HTTP ${status}, not an answer of AWS: ${what}`);
    this.name = "NotAnAnswer";
    this.$metadata = { httpStatusCode: status };
    if (again) this.$retryable = {};
  }
}

/** What the body of an operation's answer has to be. */
type Envelope =
  /** The answer to HEAD, whatever length it announces. */
  | { kind: "none" }
  /** Nothing in particular: all of the answer is in its headers, or its body is the value itself. */
  | { kind: "any" }
  /** Content that is handed on as it comes. */
  | { kind: "stream" }
  | { kind: "xml"; roots: ReadonlySet<string>; inside?: string }
  | { kind: "json"; members: ReadonlySet<string> }
  | { kind: "cbor" };

/**
 * Lets a client believe an answer only if it is one: the protocol's own envelope has to be there. The SDK takes an
 * empty body, `null`, a page of HTML or the answer of another operation for one that has nothing in it.
 */
export function withGenuineAnswers<C extends SdkClient>(client: C): C {
  const protocol = client.config?.protocol as Protocol | undefined;
  if (!protocol?.deserializeResponse) return client;
  const known = new Map<string, { envelope: Envelope; shape: Shape }>();
  const knownOf = (operation: Operation) => {
    const schema = NormalizedSchema.of(operation.output as Parameters<typeof NormalizedSchema.of>[0]);
    const entry = known.get(operation.name) ?? {
      envelope: envelope(protocol.getShapeId(), operation, schema),
      shape: shapeOf(schema),
    };
    known.set(operation.name, entry);
    return entry;
  };
  const deserializeResponse: Protocol["deserializeResponse"] = async (operation, context, response) => {
    const { envelope: expected, shape } = knownOf(operation);
    if (expected.kind === "none" || (expected.kind === "stream" && response.statusCode < 300))
      return protocol.deserializeResponse(operation, context, response);
    const body = await bytesOf(response, context);
    response.body = body;
    const refused = response.statusCode >= 300;
    expectWhole(response, body);
    if (refused) expectError(protocol.getShapeId(), response, body);
    else if (expectAnswer(expected, response, body) === "error") return asError(protocol, operation, context, response);
    try {
      const answer = await protocol.deserializeResponse(operation, context, response);
      const wrong =
        expected.kind === "any" ? undefined : (wrongIn(shape, answer) ?? lostIn(expected, shape, answer, body));
      if (wrong) throw new NotAnAnswer(response.statusCode, wrong);
      return answer;
    } catch (error) {
      // The SDK's errors of a service say whose fault it is, and what it knows of the answer.
      if (error instanceof Error && ("$fault" in error || "$metadata" in error)) throw error;
      throw new NotAnAnswer(response.statusCode, "a body that cannot be understood", true);
    }
  };
  client.config.protocol = Object.create(protocol, {
    deserializeResponse: { value: deserializeResponse },
  });
  return client;
}

/** @throws NotAnAnswer where the connection ended before the body did */
async function bytesOf({ body, statusCode }: Response, { streamCollector }: Context): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  try {
    return body ? await streamCollector(body) : new Uint8Array();
  } catch (error) {
    // The connection was reset; what was given up by the caller or took too long says so itself.
    if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
    throw new NotAnAnswer(statusCode, "a body that broke off", true);
  }
}

/** What stands in a body of XML that has nothing for the SDK; undefined: nothing either. */
const lostIn = ({ kind }: Envelope, shape: Shape, answer: Values, body: Uint8Array): string | undefined =>
  kind === "xml" ? oddIn(buffer(body), shape, answer) : undefined;

function envelope(protocol: string, { name, traits }: Operation, schema: NormalizedSchema): Envelope {
  const http = (traits as { http?: readonly string[] } | undefined)?.http;
  if (http?.[0] === "HEAD") return { kind: "none" };
  if (!schema.isStructSchema()) return { kind: "any" };
  if (protocol.endsWith("#awsQuery"))
    return { kind: "xml", roots: new Set([`${name}Response`]), inside: `<${name}Result` };
  if (protocol.endsWith("#ec2Query")) return { kind: "xml", roots: new Set([`${name}Response`]) };
  if (/cbor/i.test(protocol)) return { kind: "cbor" };
  const inBody = [...schema.structIterator()].flatMap(([member, of]) => {
    const { httpHeader, httpPrefixHeaders, httpResponseCode, ...own } = of.getMergedTraits() as Record<string, unknown>;
    return httpHeader || httpPrefixHeaders || httpResponseCode ? [] : [{ member, of, own }];
  });
  const payload = inBody.find(({ own }) => own.httpPayload);
  if (payload?.of.isStreaming()) return { kind: "stream" };
  if (!inBody.length || (payload && !payload.of.isStructSchema())) return { kind: "any" };
  if (protocol.endsWith("#restXml")) {
    const root = payload
      ? String(payload.own.xmlName ?? payload.of.getName())
      : String((schema.getMergedTraits() as { xmlName?: string }).xmlName ?? schema.getName());
    return { kind: "xml", roots: new Set([root]) };
  }
  const names = payload ? [...payload.of.structIterator()] : inBody.map(({ member, of }) => [member, of] as const);
  const members = names.flatMap(([member, of]) => {
    const { jsonName } = of.getMergedTraits() as { jsonName?: string };
    return jsonName ? [member, jsonName] : [member];
  });
  return { kind: "json", members: new Set(members) };
}

/** @throws NotAnAnswer where fewer bytes came than were announced */
function expectWhole({ statusCode, headers }: Response, body: Uint8Array): void {
  const announced = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-length")?.[1];
  const coded = Object.keys(headers).some((name) => name.toLowerCase() === "content-encoding");
  if (announced === undefined || coded || Number(announced) === body.length) return;
  throw new NotAnAnswer(statusCode, `${body.length} of ${Number(announced)} bytes`, true);
}

/** Bytes from which on a body is not looked at as text, but at its beginning and end. */
const SMALL = 2_048;

/** @throws NotAnAnswer; answers `error` where AWS says one with the status of an answer */
function expectAnswer(expected: Envelope, response: Response, body: Uint8Array): "answer" | "error" {
  const { statusCode } = response;
  if (expected.kind === "none" || expected.kind === "any" || expected.kind === "stream") {
    if (isHtml(headOf(body))) throw new NotAnAnswer(statusCode, pageOf(body));
    return "answer";
  }
  if (!body.length) throw new NotAnAnswer(statusCode, "an empty body", true);
  if (expected.kind === "cbor") {
    // A map of CBOR is of major type 5.
    if (body[0]! >> 5 !== 5) throw new NotAnAnswer(statusCode, notOf("CBOR map", body));
    return "answer";
  }
  return expected.kind === "xml" ? expectXml(expected, statusCode, body) : expectJson(expected, response, body);
}

function expectXml(
  { roots, inside }: Extract<Envelope, { kind: "xml" }>,
  status: number,
  body: Uint8Array,
): "answer" | "error" {
  const root = rootOf(headOf(body));
  if (root === undefined || isHtml(headOf(body))) throw new NotAnAnswer(status, notOf("XML", body));
  if (root === "Error" || root === "ErrorResponse" || (root === "Response" && !roots.has(root))) return "error";
  if (!roots.has(root)) throw new NotAnAnswer(status, `<${root}>, where <${[...roots]}> was to come`);
  if (!isClosed(root, body)) throw new NotAnAnswer(status, `<${root}> that is cut off`, true);
  if (inside && !headOf(body).includes(inside) && !buffer(body).includes(inside))
    throw new NotAnAnswer(status, `<${root}> without ${inside}>`);
  return "answer";
}

function expectJson(
  { members }: Extract<Envelope, { kind: "json" }>,
  { statusCode, headers }: Response,
  body: Uint8Array,
): "answer" | "error" {
  if (headers["x-amzn-errortype"]) return "error";
  if (firstOf(body) !== "{") throw new NotAnAnswer(statusCode, notOf("JSON object", body));
  if (lastOf(body) !== "}") throw new NotAnAnswer(statusCode, "a JSON object that is cut off", true);
  const small = body.length <= SMALL;
  if (!small && buffer(body).indexOf('"__type"', 0, "latin1") < 0 && hasMember(members, body)) return "answer";
  let answer: Values;
  try {
    answer = JSON.parse(buffer(body).toString()) as Values;
  } catch {
    throw new NotAnAnswer(statusCode, "a JSON object that is cut off", true);
  }
  const names = Object.keys(answer);
  const { __type: type } = answer;
  if (typeof type === "string" && !members.has("__type") && /(Exception|Error|Fault|Failure)$/.test(type))
    return "error";
  if (!names.length || names.some((name) => members.has(name) && !isTokenName(name))) return "answer";
  if (typeof type === "string") return "error";
  const message = answer.message ?? answer.Message;
  if (typeof message === "string" && !members.has("message") && !members.has("Message"))
    throw new NotAnAnswer(statusCode, `an error with the status of an answer: ${plain(message)}`);
  const foreign = names.filter((name) => !members.has(name));
  if (foreign.length) throw new NotAnAnswer(statusCode, `a body of another operation (${plain(foreign.join(", "))})`);
  return "answer";
}

/** Whether a large body has one of the operation's members near its beginning; the list it is large for comes early. */
const hasMember = (members: ReadonlySet<string>, body: Uint8Array): boolean => {
  const head = headOf(body);
  for (const member of members) if (!isTokenName(member) && head.includes(`"${member}"`)) return true;
  return false;
};

/** @throws NotAnAnswer where a refusal is not AWS's */
function expectError(protocol: string, { statusCode, headers }: Response, body: Uint8Array): void {
  if (headers["x-amzn-errortype"] && !isHtml(headOf(body))) return;
  if (!body.length) throw new NotAnAnswer(statusCode, "an empty body");
  if (/cbor/i.test(protocol) && body[0]! >> 5 === 5) return;
  const head = headOf(body);
  if (isHtml(head)) throw new NotAnAnswer(statusCode, pageOf(body));
  if (/Query$|Xml$/.test(protocol)) {
    if (!["Error", "ErrorResponse", "Response"].includes(rootOf(head) ?? ""))
      throw new NotAnAnswer(statusCode, notOf("XML error", body));
    return;
  }
  if (firstOf(body) !== "{" || lastOf(body) !== "}") throw new NotAnAnswer(statusCode, notOf("JSON object", body));
}

/** An error that came with the status of an answer: it is AWS's all the same, and keeps its code and its status. */
async function asError(protocol: Protocol, operation: Operation, context: Context, response: Response): Promise<never> {
  const { statusCode } = response;
  try {
    await protocol.deserializeResponse(operation, context, Object.assign(Object.create(response), { statusCode: 400 }));
  } catch (error) {
    const { $metadata } = error as { $metadata?: { httpStatusCode: number } };
    if ($metadata) $metadata.httpStatusCode = statusCode;
    throw error;
  }
  throw new NotAnAnswer(statusCode, "an error with the status of an answer");
}

const buffer = (body: Uint8Array): Buffer => Buffer.from(body.buffer, body.byteOffset, body.byteLength);
const headOf = (body: Uint8Array): string => buffer(body).toString("latin1", 0, Math.min(body.length, SMALL));

function firstOf(body: Uint8Array): string {
  let at = body[0] === 0xef ? 3 : 0;
  while (at < body.length && body[at]! <= 0x20) at++;
  return String.fromCharCode(body[at] ?? 0);
}

function lastOf(body: Uint8Array): string {
  let at = body.length - 1;
  while (at > 0 && body[at]! <= 0x20) at--;
  return String.fromCharCode(body[at] ?? 0);
}

/** The name of the first element; undefined where there is none. */
const rootOf = (head: string): string | undefined =>
  /^(?:\xef\xbb\xbf)?\s*(?:<\?[^>]*>\s*|<!--[\s\S]*?-->\s*)*<([A-Za-z_][\w.-]*)/.exec(head)?.[1];

function isClosed(root: string, body: Uint8Array): boolean {
  const tail = buffer(body)
    .toString("latin1", Math.max(0, body.length - 256))
    .trimEnd();
  if (tail.endsWith(`</${root}>`)) return true;
  return tail.endsWith("/>") && new RegExp(`<${root}(\\s[^<>]*)?/>$`).test(tail);
}

const isHtml = (head: string): boolean =>
  /^(?:\xef\xbb\xbf)?\s*(?:<\?[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b/i.test(head);

const notOf = (what: string, body: Uint8Array): string =>
  isHtml(headOf(body)) ? pageOf(body) : `no ${what}, but ${plain(headOf(body).trim()) || "nothing"}`;

/** A page of a proxy or of an endpoint's load balancer, by its title. */
function pageOf(body: Uint8Array): string {
  const title = /<title[^>]*>([^<]*)/i.exec(headOf(body))?.[1]?.trim();
  return `a page of HTML${title ? ` (${plain(title)})` : ""}, as proxies send them`;
}

/** Foreign text for a message: one line of it, without what a terminal would obey. */
const plain = (text: string): string => {
  const line = text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 80);
  return line.length < text.length ? `${line}…` : line;
};
