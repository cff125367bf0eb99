import { NormalizedSchema } from "@smithy/core/schema";
import { AwsError, type Service } from "../service.ts";
import type { WireRequest } from "./message.ts";
import { formOf } from "./query.ts";

/** [9, namespace, name, traits, input, output] as the SDK's packages export it. */
type OperationSchema = readonly [9, string, string, object | number, () => never, () => never];
interface Http {
  method: string;
  segments: string[];
  query: [string, string | undefined][];
}
export interface OperationShape {
  name: string;
  http: Http | undefined;
  input: NormalizedSchema;
  output: NormalizedSchema;
  /** S3's operations are told apart by whether they are about a bucket. */
  ofBucket: boolean;
}

const shapes = new WeakMap<Service, Map<string, OperationShape>>();

/** The operations of a service that the sandbox serves, with their shapes. */
export function shapesOf(service: Service): Map<string, OperationShape> {
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

/** The operation that a request asks for, and what its path says; undefined where the service has none such. */
interface RequestedOperation {
  shape: OperationShape;
  labels: Record<string, string>;
}

export function requestedOperation(service: Service, request: WireRequest): RequestedOperation | undefined {
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
export const hasOperation = (service: Service, request: WireRequest): boolean =>
  requestedOperation(service, request) !== undefined;

/** S3 Control signs with S3's name; its paths begin with its version. */
export const isS3Control = ({ path }: Pick<WireRequest, "path">): boolean => path.startsWith("/v20180820/");

function route(
  service: Service,
  known: Map<string, OperationShape>,
  request: WireRequest,
): RequestedOperation | undefined {
  const segments = request.path.split("/").filter(Boolean).map(decodeURIComponent);
  const base: Record<string, string> = {};
  // S3's templates leave the bucket out: the SDK's endpoint rules put it before the host or the path.
  const isS3 = service.signingName === "s3" && !isS3Control(request);
  const bucket = isS3 ? (/^(.+)\.s3[.-]/.exec(request.headers.host ?? "")?.[1] ?? segments.shift()) : undefined;
  if (bucket !== undefined) base.Bucket = bucket;
  let best: (RequestedOperation & { score: number }) | undefined;
  if (isS3 && asksUnserved(service, known, request)) return undefined;
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
    // A copy is a PUT of an object that names another one.
    const copies = isS3 && shape.name === "CopyObject";
    if (copies && !request.headers["x-amz-copy-source"]) continue;
    const labels = matchPath(http.segments, segments, request.path.endsWith("/"));
    if (!labels) continue;
    const score = http.query.length + required.length + (copies ? 1 : 0);
    if (!best || score > best.score) best = { shape, labels: { ...base, ...labels }, score };
  }
  return best;
}

const unserved = new WeakMap<Service, Set<string>>();

/** Whether a subresource is named, such as `PUT /bucket?replication`, that is not served: it is no CreateBucket then. */
function asksUnserved(service: Service, known: Map<string, OperationShape>, { method, query }: WireRequest): boolean {
  const keysOf = (http: Http | undefined): string[] =>
    (http?.query ?? []).flatMap(([key, value]) => (value === undefined ? [`${http?.method} ${key}`] : []));
  let found = unserved.get(service);
  if (!found) {
    const schemas = Object.values(service.sdk).filter((each) => Array.isArray(each) && each[0] === 9);
    const all = (schemas as OperationSchema[]).flatMap(([, , , traits]) => {
      const { http } = traits as { http?: [string, string, number] };
      return keysOf(http && httpOf(http));
    });
    const served = new Set([...known.values()].flatMap(({ http }) => keysOf(http)));
    found = new Set(all.filter((each) => !served.has(each)));
    unserved.set(service, found);
  }
  return [...query.keys()].some((key) => found.has(`${method} ${key}`));
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

const unknownOperation = (what: string) =>
  new AwsError("UnknownOperationException", `the sandbox does not serve ${what}`, 404);

export function notServed(service: Service, request: WireRequest): AwsError {
  const { protocol, signingName } = service;
  if (protocol.startsWith("rest")) return unknownOperation(`${request.method} ${request.path} of ${signingName}`);
  const name = operationNamed(service, request);
  return protocol === "json"
    ? unknownOperation(`${signingName}:${name}`)
    : new AwsError("InvalidAction", `The action ${name} is not valid for this endpoint.`);
}
