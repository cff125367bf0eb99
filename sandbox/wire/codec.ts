import type { AwsError, Service } from "../service.ts";
import { fromJson, parseJson, toJson } from "./json.ts";
import { bytes, type Values, type WireAnswer, type WireRequest } from "./message.ts";
import { notServed, requestedOperation, shapesOf } from "./operation.ts";
import { formOf, fromQuery, treeOf } from "./query.ts";
import { fromRest, restAnswer } from "./rest.ts";
import { escapeXml, membersXml, XML } from "./xml.ts";

/** Reads which operation a request asks for, and its input with the SDK's member names. */
export function readRequest(service: Service, request: WireRequest): { operation: string; input: Values } {
  const found = requestedOperation(service, request);
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

/** The answer as it goes over the wire. */
export function writeAnswer(service: Service, operation: string, output: Values, requestId: string): WireAnswer {
  const { output: schema } = shapesOf(service).get(operation)!;
  const headers: Record<string, string> = { "x-amzn-requestid": requestId, "x-amz-request-id": requestId };
  switch (service.protocol) {
    case "json":
      headers["content-type"] = "application/x-amz-json-1.1";
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
