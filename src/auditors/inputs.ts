import type { BatchInput, Input } from "./collector.ts";
import { valueFrom, type Where, type WhereResource } from "./paths.ts";

type Values = Record<string, unknown>;

/** The input of a call about one resource. */
export const inputFor = (input: Input, resource: Values, where: WhereResource): Values =>
  typeof input === "function"
    ? input(resource, where)
    : Object.fromEntries(Object.entries(input).map(([member, from]) => [member, valueFrom(from, resource, where)]));

/** The input of a call about several resources. */
export const batchInputFor = (
  input: BatchInput,
  resources: readonly Values[],
  where: Where,
  arns: readonly (string | null)[],
): Values =>
  typeof input === "function"
    ? input([...resources], where, [...arns])
    : Object.fromEntries(
        Object.entries(input).map(([member, from]) => [
          member,
          typeof from === "string"
            ? resources.map((resource, index) => valueFrom(from, resource, { ...where, arn: arns[index] ?? null }))
            : from,
        ]),
      );
