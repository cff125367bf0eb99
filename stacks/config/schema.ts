import * as z from "zod";

/** What a stack can be for. */
export const KINDS = ["audit", "member", "rollout", "witness"] as const;
export type Kind = (typeof KINDS)[number];

/** A key of a stack's configuration: the program's reading of it, `Pulumi.yaml` and docs/configuration.md follow from it. */
export interface ConfigKey {
  /** The kinds of stack that read it; another is refused with it. */
  kinds: readonly Kind[];
  /** What it decides, in words that begin with the kinds of stack. */
  about: string;
  /** As it would be set; empty where there is none. */
  default: string;
  /** The text that was set → the value. */
  schema: z.ZodType<unknown, string>;
  /** What is wrong with a value that the schema refuses, unless the schema says it. */
  problem: string;
  /** A value that works. */
  example: string;
}

/** What a schema says, where it knows better than the key, of the part of a value that it refuses. */
interface Refusal {
  value: string;
  problem?: string;
  remedy?: string;
}

/** Adds a refusal to what zod reports of a value. */
const refuse = (context: z.RefinementCtx, { value, problem, remedy }: Refusal): never => {
  context.addIssue({ code: "custom", params: { value, problem, remedy } });
  return z.NEVER;
};

export const flag = z.enum(["true", "false"]).transform((value) => value === "true");
export const text = z.string();
export const matching = (pattern: RegExp) => z.string().regex(pattern);

const numberWithin = (pattern: RegExp, least: number, most: number) =>
  matching(pattern).transform(Number).pipe(z.number().min(least).max(most));
export const whole = (least: number, most: number) => numberWithin(/^\d{1,9}$/, least, most);
export const decimal = (least: number, most: number) => numberWithin(/^\d{1,9}(\.\d+)?$/, least, most);

const Elements = z.array(z.union([z.string(), z.number()]));

/** `a,b`, or an array as `--path 'key[0]'` writes it. @returns undefined for half an array */
function elementsOf(value: string): string[] | undefined {
  if (!value.startsWith("["))
    return value
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean);
  try {
    return Elements.parse(JSON.parse(value)).map((each) => String(each).trim());
  } catch {
    return undefined;
  }
}

/** A list whose elements match; each counts once. */
export const list = (element: RegExp) =>
  z.string().transform((value, context): string[] => {
    const elements = elementsOf(value);
    if (!elements) return refuse(context, { value, problem: "a list of values is expected" });
    const wrong = elements.find((each) => !element.test(each));
    return wrong === undefined ? [...new Set(elements)] : refuse(context, { value: wrong });
  });

const ACCOUNT_ID = /^\d{12}$/;
/** Digits that YAML may have made of an id with leading zeros: it reads them as octal, or without the zeros. */
const READ_AS_NUMBER = /^\d{1,11}$/;
const UNQUOTED = {
  problem:
    "an AWS account id has 12 digits, and YAML reads one with leading zeros as another number where it is not in quotes",
  remedy: "the id in quotes in the stack's file",
};

export const accountId = z.string().transform((value, context): string => {
  if (ACCOUNT_ID.test(value)) return value;
  return refuse(context, { value, ...(READ_AS_NUMBER.test(value) ? UNQUOTED : {}) });
});

/** Ids of accounts, none of them twice. */
export const accountIds = z.string().transform((value, context): string[] => {
  const ids = elementsOf(value);
  if (!ids) return refuse(context, { value, problem: "a list of values is expected" });
  for (const id of ids)
    if (!ACCOUNT_ID.test(id)) return refuse(context, { value: id, ...(READ_AS_NUMBER.test(id) ? UNQUOTED : {}) });
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  return twice === undefined ? ids : refuse(context, { value: twice, problem: "the account is listed twice" });
});

/** A text that matches, and is none of the placeholders that examples have. */
export const filledIn = (pattern: RegExp, placeholder: RegExp) =>
  z.string().transform((value, context): string => {
    if (placeholder.test(value))
      return refuse(context, { value, problem: "this is the example's placeholder, not a value" });
    return pattern.test(value) ? value : refuse(context, { value });
  });
