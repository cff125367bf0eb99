import type { NormalizedSchema } from "@smithy/core/schema";

type Values = Record<string, unknown>;
type Kind = "list" | "structure" | "map" | "text" | "other";

/** What a member of an answer is to be, as far as what is read hangs on it. */
interface Member {
  kind: Kind;
  /** As XML names it. */
  xmlName: string;
  /** Of a list: what its elements are; undefined where there may be holes. */
  elements?: Kind | undefined;
  /** Of a list: its elements stand beside other members. */
  flat?: boolean;
  /** Of a structure, one level down. */
  inner?: Shape;
}
/** Members of an answer, and of the structures right below it. */
export type Shape = ReadonlyMap<string, Member>;

const kindOf = (schema: NormalizedSchema): Kind => {
  if (schema.isDocumentSchema()) return "other";
  if (schema.isListSchema()) return "list";
  if (schema.isMapSchema()) return "map";
  if (schema.isStructSchema()) return "structure";
  return schema.isStringSchema() ? "text" : "other";
};

/** The shape of an operation's answer. */
export function shapeOf(schema: NormalizedSchema, depth = 0): Shape {
  if (!schema.isStructSchema()) return new Map();
  return new Map(
    [...schema.structIterator()].map(([name, of]) => {
      const traits = of.getMergedTraits() as { xmlName?: string; xmlFlattened?: unknown; sparse?: unknown };
      const kind = kindOf(of);
      const member: Member = { kind, xmlName: traits.xmlName ?? name };
      if (kind === "list") {
        member.elements = traits.sparse ? undefined : kindOf(of.getValueSchema());
        member.flat = Boolean(traits.xmlFlattened);
      }
      if (kind === "structure" && depth === 0) member.inner = shapeOf(of, 1);
      return [name, member] as const;
    }),
  );
}

export const isTokenName = (name: string): boolean => /token$|marker$/i.test(name);

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

function is(kind: Kind | undefined, value: unknown): boolean {
  switch (kind) {
    case "list":
      return Array.isArray(value);
    case "structure":
    case "map":
      return isObject(value);
    case "text":
      return typeof value === "string";
    default:
      return true;
  }
}

/**
 * What an answer has of another kind than its operation answers with: a text where a list is to be, a list with holes.
 * The SDK hands such values on as they are, and they would be read as nothing. Values inside of resources are theirs.
 */
export function wrongIn(shape: Shape, answer: Values): string | undefined {
  for (const [name, { kind, elements, inner }] of shape) {
    const value = answer[name];
    if (value === undefined || value === null || (kind === "text" && !isTokenName(name))) continue;
    if (!is(kind, value)) return `${name} that is no ${kind}`;
    if (kind === "list" && elements) {
      const odd = (value as unknown[]).findIndex((each) => each === null || each === undefined || !is(elements, each));
      if (odd >= 0) return `${name} whose element ${odd + 1} is no ${elements === "other" ? "value" : elements}`;
    }
    const below = inner && wrongIn(inner, value as Values);
    if (below) return `${name}.${below}`;
  }
  return undefined;
}

/** Lists of an answer, and of the structures right below it, by the name that XML has for what holds them. */
export function listsOf(shape: Shape, answer: Values): { xmlName: string; flat: boolean; length: number }[] {
  return [...shape].flatMap(([name, { kind, xmlName, flat = false, inner }]) => {
    const value = answer[name];
    if (kind === "list") return [{ xmlName, flat, length: Array.isArray(value) ? value.length : 0 }];
    return inner ? listsOf(inner, isObject(value) ? (value as Values) : {}) : [];
  });
}
