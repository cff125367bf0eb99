import { XmlShapeDeserializer } from "@aws-sdk/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import type { Values } from "./message.ts";
import { toText } from "./text.ts";

export const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

const xml = new XmlShapeDeserializer({
  xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
  serviceNamespace: "com.amazonaws.s3",
  timestampFormat: { useTrait: true, default: 5 },
  httpBindings: true,
});
xml.setSerdeContext({ base64Decoder: (text: string) => Buffer.from(text, "base64") } as never);
export const fromXml = (schema: NormalizedSchema, body: Uint8Array): unknown => xml.read(schema, body);

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeXml = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a carriage return would be read back as a line feed
  text.replace(/[&<>"]/g, (character) => escapes[character]!).replace(/\u000d/g, "&#xD;");

/** An element named `tag`; a list that is flattened becomes as many. */
export function toXml(schema: NormalizedSchema, value: unknown, tag: string): string {
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

export const membersXml = (schema: NormalizedSchema, value: Values): string =>
  [...schema.structIterator()]
    .filter(([, each]) => {
      const { httpHeader, httpResponseCode, xmlAttribute } = each.getMergedTraits();
      return !httpHeader && !httpResponseCode && !xmlAttribute;
    })
    .map(([member, each]) =>
      toXml(each, value[member], (each.getMergedTraits().xmlName as string | undefined) ?? member),
    )
    .join("");
