import type { NormalizedSchema } from "@smithy/core/schema";
import { AwsError } from "../service.ts";
import type { Values } from "./message.ts";

export function parseJson(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString("utf8");
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    throw new AwsError("SerializationException", "the body is not JSON");
  }
}

export function fromJson(schema: NormalizedSchema, value: unknown): unknown {
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

export function toJson(schema: NormalizedSchema, value: unknown): unknown {
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
