import type { NormalizedSchema } from "@smithy/core/schema";
import { booleanOf, dateOf, numberOf, type Scope, stringOf, tagsOf } from "../sandbox/estate/words.ts";
import { members } from "../src/auditors/schema.ts";

/** Nesting below which nothing is made up any more: shapes contain themselves. */
const DEPTH = 5;

/** Values that a member of the SDK's enumerations can have: the runtime schemas do not say, its exports do. */
export type Enumerations = (shape: string | undefined, member: string) => readonly string[] | undefined;

/** A value of a shape, as plausible as its names allow; undefined where nothing can be said. */
export function generatedValue(
  schema: NormalizedSchema,
  member: string,
  scope: Scope,
  enumerations: Enumerations,
  { depth = 0, shape }: { depth?: number; shape?: string | undefined } = {},
): unknown {
  if (schema.isStructSchema()) {
    if (depth > DEPTH) return undefined;
    if (isTag(schema)) return undefined;
    const result: Record<string, unknown> = {};
    for (const [name, each] of schema.structIterator()) {
      const traits = each.getMergedTraits();
      if (traits.httpHeader || traits.httpResponseCode || traits.httpPrefixHeaders) continue;
      const value = generatedValue(each, name, scope, enumerations, { depth: depth + 1, shape: schema.getName() });
      if (value !== undefined) result[name] = value;
    }
    // A union holds exactly one of its members.
    if (schema.isUnionSchema()) {
      const [first] = Object.entries(result);
      return first ? { [first[0]]: first[1] } : undefined;
    }
    return result;
  }
  if (schema.isListSchema()) {
    const element = schema.getValueSchema();
    const tag = isTag(element);
    if (tag) return Object.entries(tagsOf(scope)).map(([key, value]) => ({ [tag.key]: key, [tag.value]: value }));
    if (depth > DEPTH) return [];
    const count = element.isStructSchema() ? Math.floor(scope.random() * 2.5) : 1 + Math.floor(scope.random() * 2);
    const values = Array.from({ length: count }, () =>
      generatedValue(element, member, scope, enumerations, { depth: depth + 1, shape }),
    );
    return [...new Set(values)].filter((each) => each !== undefined);
  }
  if (schema.isMapSchema()) {
    if (/tags?$/i.test(member) && schema.getValueSchema().isStringSchema()) return tagsOf(scope);
    const value = generatedValue(schema.getValueSchema(), member, scope, enumerations, { depth: depth + 1, shape });
    return value === undefined ? {} : { [`${member.toLowerCase()}-key`]: value };
  }
  if (schema.isBooleanSchema()) return booleanOf(scope, member);
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema())
    return numberOf(scope, member);
  if (schema.isTimestampSchema()) return dateOf(scope);
  if (schema.isBlobSchema()) return Buffer.from(stringOf(scope, member));
  if (schema.isDocumentSchema()) return {};
  const values = enumerations(shape, member);
  return values?.length ? values[Math.floor(scope.random() * values.length)] : stringOf(scope, member);
}

/** Whether a shape is a tag, and what the service calls its key and value. */
function isTag(schema: NormalizedSchema): { key: string; value: string } | undefined {
  if (!schema.isStructSchema()) return undefined;
  const names = Object.keys(members(schema));
  const key = names.find((name) => /^(tag)?key$/i.test(name));
  const value = names.find((name) => /^(tag)?value$/i.test(name));
  const called = /tag/i.test(schema.getName() ?? "");
  return called && key && value ? { key, value } : undefined;
}

/** The enumerations of an SDK package: constant objects of texts, named after the member or its shape and the member. */
export function enumerationsOf(sdk: Record<string, unknown>): Enumerations {
  const found = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(sdk)) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || name.endsWith("$")) continue;
    const values = Object.values(value);
    if (values.length && values.every((each) => typeof each === "string"))
      found.set(name.toLowerCase(), values as string[]);
  }
  return (shape, member) => {
    const names = [`${shape ?? ""}${member}`, member, member.replace(/s$/, ""), `${member}Type`, `${member}Value`];
    return names.map((name) => found.get(name.toLowerCase())).find((values) => values);
  };
}
