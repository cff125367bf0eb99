import { XmlShapeDeserializer } from "@aws-sdk/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import { AwsError, type Service } from "./service.ts";

/** A request as any door hands it over. */
export interface WireRequest {
  method: string;
  /** Without the query string; percent-encoded as it came. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
}
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Milliseconds that the answer is on its way; the door waits for them. */
  after?: number;
  /** The answer does not arrive: the door cuts the connection, or leaves it open for ever. */
  lost?: "reset" | "silent";
}

type Values = Record<string, unknown>;
/** [9, namespace, name, traits, input, output] as the SDK's packages export it. */
type OperationSchema = readonly [9, string, string, object | number, () => never, () => never];
interface Http {
  method: string;
  segments: string[];
  query: [string, string | undefined][];
}
interface OperationShape {
  name: string;
  http: Http | undefined;
  input: NormalizedSchema;
  output: NormalizedSchema;
  /** S3's operations are told apart by whether they are about a bucket. */
  ofBucket: boolean;
}

const shapes = new WeakMap<Service, Map<string, OperationShape>>();

/** The operations of a service that the sandbox serves, with their shapes. */
function shapesOf(service: Service): Map<string, OperationShape> {
  let found = shapes.get(service);
  if (!found) {
    found = new Map();
    for (const name of Object.keys(service.operations)) {
      const schema = service.sdk[`${name}$`] as OperationSchema | undefined;
      if (!schema) throw new Error(`${service.signingName}: the SDK has no operation ${name}`);
      const http = (schema[3] as { http?: [string, string, number] }).http;
      const input = NormalizedSchema.of(schema[4]());
      found.set(name, {
        name,
        http: http && httpOf(http),
        input,
        output: NormalizedSchema.of(schema[5]()),
        ofBucket: input.isStructSchema() && "Bucket" in input.getMemberSchemas(),
      });
    }
    shapes.set(service, found);
  }
  return found;
}

function httpOf([method, uri]: [string, string, number]): Http {
  const [path, query = ""] = uri.split("?") as [string, string?];
  return {
    method,
    segments: path.split("/").filter(Boolean),
    query: query
      .split("&")
      .filter((each) => each && !each.startsWith("x-id="))
      .map((each) => each.split("=") as [string, string | undefined]),
  };
}

const unknownOperation = (what: string) =>
  new AwsError("UnknownOperationException", `the sandbox does not serve ${what}`, 404);

/** The operation that a request asks for, and what its path says; undefined where the service has none such. */
interface Asked {
  shape: OperationShape;
  labels: Record<string, string>;
}

function asked(service: Service, request: WireRequest): Asked | undefined {
  const known = shapesOf(service);
  if (service.protocol.startsWith("rest")) return route(service, known, request);
  const shape = known.get(operationNamed(service, request));
  return shape && { shape, labels: {} };
}

/** What protocols without paths call the operation. */
const operationNamed = (service: Service, request: WireRequest): string =>
  service.protocol === "json"
    ? ((request.headers["x-amz-target"] ?? "").split(".").pop() ?? "")
    : (formOf(request).get("Action") ?? "");

/** Whether a service has the operation that a request asks for. */
export const hasAsked = (service: Service, request: WireRequest): boolean => asked(service, request) !== undefined;

const forms = new WeakMap<WireRequest, URLSearchParams>();

/** The parameters of a request in a query protocol: its body's, and behind them those of its address. */
export function formOf(request: WireRequest): URLSearchParams {
  let form = forms.get(request);
  if (!form) {
    form = new URLSearchParams(Buffer.from(request.body).toString("utf8"));
    for (const [key, value] of request.query) form.append(key, value);
    forms.set(request, form);
  }
  return form;
}

/** Reads which operation a request asks for, and its input with the SDK's member names. */
export function readRequest(service: Service, request: WireRequest): { operation: string; input: Values } {
  const found = asked(service, request);
  if (!found) throw notServed(service, request);
  const { shape, labels } = found;
  const operation = shape.name;
  switch (service.protocol) {
    case "query":
    case "ec2":
      return {
        operation,
        input: (fromQuery(shape.input, treeOf(formOf(request)), service.protocol === "ec2") ?? {}) as Values,
      };
    case "json":
      return { operation, input: (fromJson(shape.input, parseJson(request.body)) ?? {}) as Values };
    default: {
      const framed = request.headers["x-amz-content-sha256"]?.startsWith("STREAMING-");
      const whole = framed ? { ...request, body: unchunked(request.body) } : request;
      return { operation, input: fromRest(service, shape, labels, whole) };
    }
  }
}

function notServed(service: Service, request: WireRequest): AwsError {
  const { protocol, signingName } = service;
  if (protocol.startsWith("rest")) return unknownOperation(`${request.method} ${request.path} of ${signingName}`);
  const name = operationNamed(service, request);
  return protocol === "json"
    ? unknownOperation(`${signingName}:${name}`)
    : new AwsError("InvalidAction", `The action ${name} is not valid for this endpoint.`);
}

/** Takes the frames off a body in `aws-chunked` encoding. */
function unchunked(framed: Uint8Array): Buffer {
  const body = Buffer.from(framed);
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.subarray(at, end).toString(), 16);
    if (!size) break;
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
  return Buffer.concat(parts);
}

function parseJson(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString("utf8");
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    throw new AwsError("SerializationException", "the body is not JSON");
  }
}

/** S3 Control signs with S3's name; its paths begin with its version. */
export const isS3Control = ({ path }: Pick<WireRequest, "path">): boolean => path.startsWith("/v20180820/");

function route(service: Service, known: Map<string, OperationShape>, request: WireRequest): Asked | undefined {
  const segments = request.path.split("/").filter(Boolean).map(decodeURIComponent);
  const base: Record<string, string> = {};
  // S3's templates leave the bucket out: the SDK's endpoint rules put it before the host or the path.
  const isS3 = service.signingName === "s3" && !isS3Control(request);
  const bucket = isS3 ? (/^(.+)\.s3[.-]/.exec(request.headers.host ?? "")?.[1] ?? segments.shift()) : undefined;
  if (bucket !== undefined) base.Bucket = bucket;
  let best: (Asked & { score: number }) | undefined;
  for (const shape of known.values()) {
    const { http } = shape;
    if (!http || http.method !== request.method) continue;
    if (isS3 && shape.ofBucket !== (bucket !== undefined)) continue;
    if (
      !http.query.every(
        ([key, value]) => request.query.has(key) && (value === undefined || request.query.get(key) === value),
      )
    )
      continue;
    const required = isS3 ? requiredQuery(shape) : [];
    if (!required.every((key) => request.query.has(key))) continue;
    const labels = matchPath(http.segments, segments, request.path.endsWith("/"));
    if (!labels) continue;
    const score = http.query.length + required.length;
    if (!best || score > best.score) best = { shape, labels: { ...base, ...labels }, score };
  }
  return best;
}

/** Parameters that tell S3's operations of one path apart: a part's upload id and number. */
const requiredQuery = ({ name }: OperationShape): string[] =>
  ({
    UploadPart: ["uploadId", "partNumber"],
    CompleteMultipartUpload: ["uploadId"],
    AbortMultipartUpload: ["uploadId"],
  })[name] ?? [];

function matchPath(template: string[], segments: string[], slash: boolean): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const label = /^\{(\w+)(\+?)\}$/.exec(part);
    if (label?.[2]) {
      const after = template.slice(index + 1);
      const end = segments.length - after.length;
      if (end <= index || !after.every((each, n) => each === segments[end + n])) return undefined;
      labels[label[1]!] = segments.slice(index, end).join("/") + (slash && !after.length ? "/" : "");
      return labels;
    }
    const segment = segments[index];
    if (segment === undefined || (!label && segment !== part)) return undefined;
    if (label) labels[label[1]!] = segment;
  }
  return segments.length === template.length ? labels : undefined;
}

function fromRest(
  service: Service,
  shape: OperationShape,
  labels: Record<string, string>,
  request: WireRequest,
): Values {
  const input: Values = {};
  const body: [string, NormalizedSchema][] = [];
  for (const [member, schema] of shape.input.structIterator()) {
    const traits = schema.getMergedTraits();
    if (traits.httpLabel || member in labels) {
      if (labels[member] !== undefined) input[member] = fromText(schema, labels[member]);
    } else if (traits.httpQuery) {
      const text = request.query.get(traits.httpQuery);
      if (text !== null) input[member] = fromText(schema, text);
    } else if (traits.httpHeader) {
      const text = request.headers[traits.httpHeader.toLowerCase()];
      if (text !== undefined) input[member] = fromText(schema, text);
    } else if (traits.httpPayload) {
      if (schema.isStructSchema()) {
        if (request.body.length)
          input[member] =
            service.protocol === "rest-xml" ? fromXml(schema, request.body) : fromJson(schema, parseJson(request.body));
      } else input[member] = schema.isBlobSchema() ? request.body : Buffer.from(request.body).toString("utf8");
    } else if (!traits.httpPrefixHeaders) body.push([member, schema]);
  }
  if (body.length && request.body.length && service.protocol === "rest-json") {
    const json = parseJson(request.body) as Values;
    for (const [member, schema] of body) {
      const value = json[(schema.getMergedTraits().jsonName as string | undefined) ?? member];
      if (value !== undefined && value !== null) input[member] = fromJson(schema, value);
    }
  }
  // CloudFront's listings that are posts have their tokens in an XML body of their own.
  if (body.length && request.body.length && service.protocol === "rest-xml") {
    const given = fromXml(shape.input, request.body) as Values;
    for (const [member] of body) if (given[member] !== undefined) input[member] = given[member];
  }
  return input;
}

const xml = new XmlShapeDeserializer({
  xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
  serviceNamespace: "com.amazonaws.s3",
  timestampFormat: { useTrait: true, default: 5 },
  httpBindings: true,
});
xml.setSerdeContext({ base64Decoder: (text: string) => Buffer.from(text, "base64") } as never);
const fromXml = (schema: NormalizedSchema, body: Uint8Array): unknown => xml.read(schema, body);

function fromText(schema: NormalizedSchema, text: string): unknown {
  if (schema.isListSchema()) return text.split(",").map((each) => fromText(schema.getValueSchema(), each.trim()));
  if (schema.isBooleanSchema()) return text === "true";
  if (schema.isNumericSchema()) return Number(text);
  if (schema.isTimestampSchema()) return new Date(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text);
  if (schema.isBlobSchema()) return Buffer.from(text, "base64");
  return text;
}

/** Parameters by the parts of their names: `Filter.1.Name` is below `Filter` and `1`. */
interface Parameter {
  value?: string;
  below: Map<string, Parameter>;
}

function treeOf(form: URLSearchParams): Parameter {
  const tree: Parameter = { below: new Map() };
  for (const [name, value] of form) {
    let at = tree;
    for (const part of name.split(".")) {
      let next = at.below.get(part);
      if (!next) {
        next = { below: new Map() };
        at.below.set(part, next);
      }
      at = next;
    }
    at.value ??= value;
  }
  return tree;
}

/** @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
function fromQuery(schema: NormalizedSchema, { value, below }: Parameter, ec2: boolean): unknown {
  if (schema.isStructSchema()) {
    if (!below.size) return undefined;
    const found: Values = {};
    for (const [member, each] of schema.structIterator()) {
      const traits = each.getMergedTraits();
      const xmlName = traits.xmlName as string | undefined;
      const named = ec2
        ? ((traits.ec2QueryName as string | undefined) ??
          (xmlName && xmlName[0]!.toUpperCase() + xmlName.slice(1)) ??
          member)
        : (xmlName ?? member);
      const parameter = below.get(named);
      const read = parameter && fromQuery(each, parameter, ec2);
      if (read !== undefined) found[member] = read;
    }
    return found;
  }
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const flat = ec2 || Boolean(schema.getMergedTraits().xmlFlattened);
    const name = (item.getMergedTraits().xmlName as string | undefined) ?? "member";
    const listed = [...((flat ? below : below.get(name)?.below) ?? [])];
    if (!listed.length) return undefined;
    return listed.sort(([a], [b]) => Number(a) - Number(b)).map(([, each]) => fromQuery(item, each, ec2));
  }
  return value === undefined ? undefined : fromText(schema, value);
}

function fromJson(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isStructSchema()) {
    const found: Values = {};
    for (const [member, each] of schema.structIterator()) {
      const name = (each.getMergedTraits().jsonName as string | undefined) ?? member;
      const converted = fromJson(each, (value as Values)[name]);
      if (converted !== undefined) found[member] = converted;
    }
    return found;
  }
  if (schema.isListSchema()) return (value as unknown[]).map((each) => fromJson(schema.getValueSchema(), each));
  if (schema.isMapSchema())
    return Object.fromEntries(
      Object.entries(value as Values).map(([key, each]) => [key, fromJson(schema.getValueSchema(), each)]),
    );
  if (schema.isBlobSchema()) return Buffer.from(String(value), "base64");
  if (schema.isTimestampSchema()) return typeof value === "number" ? new Date(value * 1000) : new Date(String(value));
  return value;
}

function toJson(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isStructSchema()) {
    const found: Values = {};
    for (const [member, each] of schema.structIterator()) {
      const name = (each.getMergedTraits().jsonName as string | undefined) ?? member;
      const converted = toJson(each, (value as Values)[member]);
      if (converted !== undefined) found[name] = converted;
    }
    return found;
  }
  if (schema.isListSchema()) return (value as unknown[]).map((each) => toJson(schema.getValueSchema(), each));
  if (schema.isMapSchema())
    return Object.fromEntries(
      Object.entries(value as Values).map(([key, each]) => [key, toJson(schema.getValueSchema(), each)]),
    );
  if (schema.isTimestampSchema())
    return schema.getSchema() === 5 ? (value as Date).toISOString() : (value as Date).getTime() / 1000;
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString("base64");
  return value;
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeXml = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a carriage return would be read back as a line feed
  text.replace(/[&<>"]/g, (character) => escapes[character]!).replace(/\u000d/g, "&#xD;");

function toText(schema: NormalizedSchema, value: unknown, header = false): string {
  if (schema.isTimestampSchema()) {
    const date = value as Date;
    const format = schema.getSchema();
    if (format === 7) return String(date.getTime() / 1000);
    return format === 6 || (header && format !== 5) ? date.toUTCString() : date.toISOString();
  }
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString("base64");
  return String(value);
}

/** An element named `tag`; a list that is flattened becomes as many. */
function toXml(schema: NormalizedSchema, value: unknown, tag: string): string {
  if (value === null || value === undefined) return "";
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    if (schema.getMergedTraits().xmlFlattened)
      return (value as unknown[]).map((each) => toXml(item, each, tag)).join("");
    const name = (item.getMergedTraits().xmlName as string | undefined) ?? "member";
    return `<${tag}>${(value as unknown[]).map((each) => toXml(item, each, name)).join("")}</${tag}>`;
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value as Values).map(
      ([key, each]) => `<entry><key>${escapeXml(key)}</key>${toXml(schema.getValueSchema(), each, "value")}</entry>`,
    );
    return `<${tag}>${entries.join("")}</${tag}>`;
  }
  if (schema.isStructSchema())
    return `<${tag}${attributesXml(schema, value as Values)}>${membersXml(schema, value as Values)}</${tag}>`;
  return `<${tag}>${escapeXml(toText(schema, value))}</${tag}>`;
}

/** Members that stand in the start tag: S3's grants have their grantee's type there. */
const attributesXml = (schema: NormalizedSchema, value: Values): string =>
  [...schema.structIterator()]
    .filter(([member, each]) => each.getMergedTraits().xmlAttribute && value[member] !== undefined)
    .map(([member, each]) => {
      const name = (each.getMergedTraits().xmlName as string | undefined) ?? member;
      const space = name.startsWith("xsi:") ? ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' : "";
      return `${space} ${name}="${escapeXml(toText(each, value[member]))}"`;
    })
    .join("");

const membersXml = (schema: NormalizedSchema, value: Values): string =>
  [...schema.structIterator()]
    .filter(([, each]) => {
      const { httpHeader, httpResponseCode, xmlAttribute } = each.getMergedTraits();
      return !httpHeader && !httpResponseCode && !xmlAttribute;
    })
    .map(([member, each]) =>
      toXml(each, value[member], (each.getMergedTraits().xmlName as string | undefined) ?? member),
    )
    .join("");

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const jsonType = (service: Service) =>
  service.protocol === "json" ? "application/x-amz-json-1.1" : "application/json";

/** The answer as it goes over the wire. */
export function writeAnswer(service: Service, operation: string, output: Values, requestId: string): WireAnswer {
  const { output: schema } = shapesOf(service).get(operation)!;
  const headers: Record<string, string> = { "x-amzn-requestid": requestId, "x-amz-request-id": requestId };
  switch (service.protocol) {
    case "json":
      headers["content-type"] = jsonType(service);
      return { status: 200, headers, body: bytes(JSON.stringify(toJson(schema, output) ?? {})) };
    case "query": {
      headers["content-type"] = "text/xml";
      const result = `<${operation}Result>${membersXml(schema, output)}</${operation}Result>`;
      const text = `${XML}<${operation}Response>${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
      return { status: 200, headers, body: bytes(text) };
    }
    case "ec2":
      headers["content-type"] = "text/xml";
      return {
        status: 200,
        headers,
        body: bytes(
          `${XML}<${operation}Response><requestId>${requestId}</requestId>${membersXml(schema, output)}</${operation}Response>`,
        ),
      };
    default:
      return restAnswer(service, schema, output, headers);
  }
}

function restAnswer(
  service: Service,
  schema: NormalizedSchema,
  output: Values,
  headers: Record<string, string>,
): WireAnswer {
  let status = 200;
  let body: Uint8Array | undefined;
  const rest: [string, NormalizedSchema][] = [];
  for (const [member, each] of schema.structIterator()) {
    const traits = each.getMergedTraits();
    const value = output[member];
    if (traits.httpResponseCode) status = (value as number | undefined) ?? status;
    else if (traits.httpHeader) {
      if (value !== undefined) headers[traits.httpHeader.toLowerCase()] = toText(each, value, true);
    } else if (traits.httpPayload) {
      if (value === undefined) body = new Uint8Array();
      else if (each.isBlobSchema()) body = value as Uint8Array;
      else if (each.isStringSchema()) body = bytes(String(value));
      else if (service.protocol === "rest-xml")
        body = bytes(
          XML + toXml(each, value, (each.getMergedTraits().xmlName as string | undefined) ?? each.getName() ?? member),
        );
      else body = bytes(JSON.stringify(toJson(each, value)));
    } else if (!traits.httpPrefixHeaders) rest.push([member, each]);
  }
  if (!body) {
    if (service.protocol === "rest-json") {
      body = bytes(JSON.stringify(toJson(schema, output) ?? {}));
    } else if (rest.length) {
      const tag = (schema.getMergedTraits().xmlName as string | undefined) ?? schema.getName() ?? "Result";
      body = bytes(`${XML}<${tag}>${membersXml(schema, output)}</${tag}>`);
    }
  }
  headers["content-type"] ??= service.protocol === "rest-json" ? jsonType(service) : "application/xml";
  // 202 and 204 of asynchronous and empty answers come from the operation itself.
  return { status, headers, body: body ?? new Uint8Array() };
}

/** AWS's error in the form of the service's protocol. */
export function writeError(service: Service | undefined, error: AwsError, requestId: string): WireAnswer {
  const headers: Record<string, string> = { "x-amzn-requestid": requestId, "x-amz-request-id": requestId };
  const inner = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  let text: string;
  switch (service?.protocol) {
    case "query":
      text = `${XML}<ErrorResponse><Error><Type>${error.status < 500 ? "Sender" : "Receiver"}</Type>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
      break;
    case "ec2":
      text = `${XML}<Response><Errors><Error>${inner}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
      break;
    case "rest-xml":
      text = `${XML}<Error>${inner}<RequestId>${requestId}</RequestId></Error>`;
      break;
    default:
      headers["x-amzn-errortype"] = error.code;
      text = JSON.stringify({ __type: error.code, message: error.message });
  }
  headers["content-type"] = text.startsWith("{") ? "application/x-amz-json-1.1" : "application/xml";
  return { status: error.status, headers, body: bytes(text) };
}
