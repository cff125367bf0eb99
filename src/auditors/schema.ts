import type { NormalizedSchema } from "@smithy/core/schema";
import type { Collector, Listing, Read } from "./collector.ts";
import { inputOf, outputOf } from "./paging.ts";
import { isTemplate, type Path, pathsIn } from "./paths.ts";

/** What the SDK's runtime schemas say of a declaration: the shape of a resource, and of each of its details. */

/** The shape at a path, lists taken apart and `*` for a map's values; undefined where it leads nowhere. */
export function shapeAt(schema: NormalizedSchema, path: Path): NormalizedSchema | undefined {
  let found: NormalizedSchema | undefined = element(schema);
  for (const member of path.split(".")) {
    if (found?.isStructSchema()) found = members(found)[member];
    // A map's keys are not in the schema: any name is one.
    else if (found?.isMapSchema()) found = found.getValueSchema();
    else return undefined;
    found &&= element(found);
  }
  return found;
}

const known = new WeakMap<object, Record<string, NormalizedSchema>>();

/** The members of a structure, made once of each; those of anything else are none. */
export function members(schema: NormalizedSchema): Record<string, NormalizedSchema> {
  if (!schema.isStructSchema()) return {};
  const structure = schema.getSchema() as object;
  let found = known.get(structure);
  if (!found) {
    found = schema.getMemberSchemas() as Record<string, NormalizedSchema>;
    known.set(structure, found);
  }
  return found;
}

const element = (schema: NormalizedSchema): NormalizedSchema => {
  let found = schema;
  while (found.isListSchema()) found = found.getValueSchema();
  return found;
};

/** The members of a listed resource before anything more is asked; a bare string stands under its name. */
export function listedMembers(listing: Listing): Record<string, NormalizedSchema> {
  const output = outputOf(listing.schema);
  const shape = listing.items === undefined ? output : shapeAt(output, listing.items);
  if (!shape) throw new Error(`${listing.operation} answers with nothing at ${listing.items}`);
  const ofParent =
    listing.parent && typeof listing.parent.input === "object"
      ? Object.fromEntries(
          Object.entries(members(inputOf(listing.schema))).filter(
            ([name, each]) => name in listing.parent!.input && each.isStringSchema(),
          ),
        )
      : {};
  return { ...ofParent, ...(shape.isStructSchema() ? members(shape) : { [listing.as ?? "value"]: shape }) };
}

/** The members of a resource in full: what the listing says, and what describing it lays over that. */
export function resourceMembers(collector: Collector): Record<string, NormalizedSchema> {
  const { listing, describe } = collector;
  const listed = listedMembers(listing);
  const withoutText = ({ [collector.json ?? ""]: _text, ...known }: typeof listed) => known;
  if (!describe) return withoutText(listed);
  const read: Read = describe.kind === "each" ? describe.detail : describe.batch;
  const path = describe.kind === "each" ? describe.take : describe.batch.items;
  const shape = path === undefined ? outputOf(read.schema) : shapeAt(outputOf(read.schema), path);
  if (!shape) throw new Error(`${read.operation} answers with nothing at ${path}`);
  return withoutText({ ...listed, ...members(shape) });
}

/** The members of an item's configuration: the resource's own, and its details by their names. */
export function configurationMembers(collector: Collector): Record<string, NormalizedSchema> {
  const details = collector.details.map((detail) => [detail.as, outputOf(detail.schema)] as const);
  const { joined } = collector;
  return {
    ...resourceMembers(collector),
    ...Object.fromEntries(details),
    ...(joined ? { [joined.as]: shapeAt(outputOf(joined.listing.schema), joined.listing.items!)! } : {}),
  };
}

/** The shape at a path that starts with one of the members; undefined where it leads nowhere. */
export function memberAt(from: Record<string, NormalizedSchema>, path: Path): NormalizedSchema | undefined {
  const [first, ...rest] = path.split(".");
  const schema = from[first!];
  return schema && rest.length ? shapeAt(schema, rest.join(".")) : schema && element(schema);
}

/** Paths of a declaration's word (a path or a template) that lead nowhere. */
export const unknownPaths = (from: Record<string, NormalizedSchema>, word: unknown): Path[] =>
  typeof word === "string" && (isTemplate(word) || word !== "")
    ? pathsIn(word).filter((path) => !memberAt(from, path))
    : [];

/** A detail by its name, and whether it is asked of each resource of the type. */
export interface DetailShape {
  name: string;
  always: boolean;
}

/** What a configuration can hold: the resource's members with the SDK's schemas, and its details. */
export const shapeOf = (collector: Collector): { members: [string, NormalizedSchema][]; details: DetailShape[] } => ({
  members: Object.entries(resourceMembers(collector)),
  details: [
    ...collector.details.map(({ as, when }) => ({ name: as, always: !when })),
    ...(collector.joined ? [{ name: collector.joined.as, always: true }] : []),
  ],
});
