import type { NormalizedSchema } from "@smithy/core/schema";
import { inputOf, type OperationSchema, outputOf } from "../src/auditors/paging.ts";
import { members } from "../src/auditors/schema.ts";

/** A listing that a declaration could start from. */
interface Candidate {
  operation: string;
  items: string;
  /** Undefined: bare strings. */
  shape?: NormalizedSchema;
}

/** Members of an input that AWS insists on: the schema has them first, and says how many they are. */
const required = (schema: OperationSchema): number =>
  ((schema[4] as unknown as () => unknown[])()[6] as number | undefined) ?? 0;

const isOperation = (value: unknown): value is OperationSchema => Array.isArray(value) && value[0] === 9;

/** The listings of an SDK package that need no input: what there is once in a region or an account. */
export function candidatesOf(sdk: Record<string, unknown>): Candidate[] {
  return Object.values(sdk)
    .filter(isOperation)
    .filter((schema) => /^(List|Describe|Get)/.test(schema[2]) && !required(schema))
    .flatMap((schema): Candidate[] => {
      const lists = Object.entries(members(outputOf(schema))).filter(([, each]) => each.isListSchema());
      const [items, list] = lists[0] ?? [];
      if (!items || !list || lists.length > 1) return [];
      const shape = list.getValueSchema();
      return [{ operation: schema[2], items, ...(shape.isStructSchema() ? { shape } : {}) }];
    });
}

/** `DescribeFileSystems` → `FileSystem`. */
const singular = (operation: string): string =>
  operation
    .replace(/^(List|Describe|Get)/, "")
    .replace(/ies$/, "y")
    .replace(/(?<!s)s$/, "");

function collector(namespace: string, { operation, items, shape }: Candidate): string {
  const type = `AWS::${namespace}::${singular(operation)}`;
  if (!shape)
    return `    list("${type}", from(${operation}Command, "${items}", { as: "name" }), { id: "name" /* TODO arn, describe, tags */ }),`;
  const names = Object.keys(members(shape));
  const kind = singular(operation).toLowerCase();
  const best = (ending: RegExp) =>
    names.find((name) => ending.test(name) && name.toLowerCase().startsWith(kind)) ??
    names.find((name) => ending.test(name));
  const id = best(/^(id|name)$|(Id|Identifier|Name)$/i) ?? names[0];
  const arn = best(/arn$/i);
  const tags = names.find((name) => /^tag(s|list|set)$/i.test(name));
  return [
    `    list("${type}", from(${operation}Command, "${items}"), {`,
    `      id: "${id}",`,
    ...(arn ? [`      arn: "${arn}",`] : ["      // TODO arn: a template, or nothing where AWS gives it none"]),
    ...(tags
      ? [`      tags: inline("${tags}"),`]
      : ["      // TODO tags: taggingApi, tagsInBatches or tagsFrom, or nothing where it cannot have any"]),
    "      // TODO details: its resource policy, encryption, logging, sharing",
    "    }),",
  ].join("\n");
}

/**
 * A declaration to start from: every listing of the service that needs no input, with the members that look like id,
 * ARN and tags. What listings do not say is marked with TODO.
 * @param name of the service and its file
 * @param own it is of a program that uses this project as a package, and no part of it
 */
export function scaffold(name: string, sdkPackage: string, sdk: Record<string, unknown>, own: boolean): string {
  const candidates = candidatesOf(sdk);
  const client = Object.keys(sdk).find((each) => /Client$/.test(each) && each !== "__Client")!;
  const namespace = client.replace(/Client$/, "");
  const imports = [...candidates.map(({ operation }) => `${operation}Command`), client].sort();
  const inline = candidates.some(
    ({ shape }) => shape && Object.keys(members(shape)).some((each) => /^tag(s|list|set)$/i.test(each)),
  );
  return `import {
${imports.map((each) => `  ${each},`).join("\n")}
} from "${sdkPackage}";
import { ${inline ? "inline, " : ""}reads, type Service } from "${own ? "audit-ecosystem/collectors" : "../collector.ts"}";

// TODO the prefix of the service's IAM actions
const { from, list } = reads("${name}");

/** TODO what it is about. */
export const ${name}: Service = {
  name: "${name}",${own ? "\n  module: import.meta.url," : ""}
  title: "TODO",
  client: ${client},
  collectors: [
${candidates.map((each) => collector(namespace, each)).join("\n")}
  ],
};
`;
}

/** Operations that were left out because they ask for input: details and listings below a parent, by their names. */
export const needingInput = (sdk: Record<string, unknown>): string[] =>
  Object.values(sdk)
    .filter(isOperation)
    .filter((schema) => /^(List|Describe|Get)/.test(schema[2]) && required(schema) > 0)
    .map(
      (schema) =>
        `${schema[2]}(${Object.keys(members(inputOf(schema)))
          .slice(0, required(schema))
          .join(", ")})`,
    );
