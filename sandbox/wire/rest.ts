import type { NormalizedSchema } from "@smithy/core/schema";
import type { Service } from "../service.ts";
import { fromJson, parseJson, toJson } from "./json.ts";
import { bytes, type Values, type WireAnswer, type WireRequest } from "./message.ts";
import type { OperationShape } from "./operation.ts";
import { fromText, toText } from "./text.ts";
import { fromXml, membersXml, toXml, XML } from "./xml.ts";

/** The input of an operation whose path, query and headers hold members too. */
export function fromRest(
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

export function restAnswer(
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
  headers["content-type"] ??= service.protocol === "rest-json" ? "application/json" : "application/xml";
  // 202 and 204 of asynchronous and empty answers come from the operation itself.
  return { status, headers, body: body ?? new Uint8Array() };
}
