import type { NormalizedSchema } from "@smithy/core/schema";

/** A value that stands as text in an address, a header or an element. */
export function fromText(schema: NormalizedSchema, text: string): unknown {
  if (schema.isListSchema()) return text.split(",").map((each) => fromText(schema.getValueSchema(), each.trim()));
  if (schema.isBooleanSchema()) return text === "true";
  if (schema.isNumericSchema()) return Number(text);
  if (schema.isTimestampSchema()) return new Date(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text);
  if (schema.isBlobSchema()) return Buffer.from(text, "base64");
  return text;
}

export function toText(schema: NormalizedSchema, value: unknown, header = false): string {
  if (schema.isTimestampSchema()) {
    const date = value as Date;
    const format = schema.getSchema();
    if (format === 7) return String(date.getTime() / 1000);
    return format === 6 || (header && format !== 5) ? date.toUTCString() : date.toISOString();
  }
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString("base64");
  return String(value);
}
