import * as z from "zod";
import { type Policy, parsePolicy } from "../src/policy/parse.ts";
import { InvalidRequestError, type Reach, type ReachPolicies, type ReachRequest, reach } from "../src/policy/reach.ts";
import { nearest } from "../stacks/config/nearest.ts";
import { CliError } from "./cliError.ts";

/** YAML takes an unquoted account id for a number, which has no zeros at its front. */
const accountId = z
  .union([
    z.string(),
    z
      .int()
      .nonnegative()
      .transform((each) => String(each).padStart(12, "0")),
  ])
  .refine((each) => /^\d{12}$/.test(each), "an AWS account id has 12 digits");

/** A document as AWS gives it: an object, or JSON or URL-encoded JSON as text. */
const document = z
  .union([z.string(), z.record(z.string(), z.unknown())], "a policy is an object or a text")
  .transform((each): Policy => parsePolicy(each));
const documents = z.union([z.array(document), document.transform((each) => [each])], "a list of policies");
const levels = z.array(documents, "a list of levels, each a list of policies");

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const DECISIONS = ["allowed", "explicitlyDenied", "implicitlyDenied", "conditional", "notKnown"] as const;

const Request = z.strictObject({
  principal: z.union([z.string(), accountId], "an ARN, a service principal, or anonymous"),
  action: z.string(),
  resource: z.string(),
  resourceAccount: accountId.optional(),
  context: z.record(z.string(), z.union([scalar, z.array(scalar).transform((all) => all.map(String))])).optional(),
  unknown: z.array(z.string()).optional(),
});

const AccessCase = z.strictObject({
  name: z.string().optional(),
  request: Request,
  identityPolicies: documents.optional(),
  permissionsBoundary: document.optional(),
  serviceControlPolicies: levels.optional(),
  resourceControlPolicies: levels.optional(),
  sessionPolicy: document.optional(),
  resourcePolicy: document.optional(),
  endpointPolicy: document.optional(),
  expect: z.enum(DECISIONS, `one of ${DECISIONS.join(", ")}`).optional(),
});

/** A case of `itaudit access simulate`: a request, the policies that apply to it, and the answer that is expected. */
export type AccessCase = z.infer<typeof AccessCase>;

/** What the evaluator says of a case. */
export interface CaseAnswer extends Omit<Reach, "decision"> {
  name: string;
  answer: Reach["decision"];
  expect?: Reach["decision"];
  /** Whether the answer is the one that is expected; true where none is. */
  agrees: boolean;
}

const FIELDS: Record<string, readonly string[]> = {
  "": Object.keys(AccessCase.shape),
  request: Object.keys(Request.shape),
};

/** Where in the file, what, and what next: one line. */
function problemOf(file: string, value: unknown, issue: z.core.$ZodIssue): string {
  const [at, ...path] = issue.path.map(String);
  const given = Array.isArray(value) ? (value[Number(at)] as { name?: unknown } | undefined) : undefined;
  const named = typeof given?.name === "string" ? ` ${JSON.stringify(given.name)}` : "";
  const where = `${file}: case ${Number(at) + 1}${named}`;
  const field = path.join(".");
  if (issue.code !== "unrecognized_keys") return `${where}: ${field || "the case"}: ${leafMessage(issue)}`;
  const [key = ""] = issue.keys;
  const like = nearest(key, FIELDS[field] ?? []);
  return `${where}: ${[...path, key].join(".")} is no field of a case${like ? `. Is it ${like}?` : ""}`;
}

/** Of a value that may be written in several ways, what is wrong with it in the way that comes nearest. */
function leafMessage(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_type" && issue.input === undefined ? "is missing" : issue.message;
}

/** @throws CliError naming the case and the field that cannot be read */
export function accessCases(value: unknown, file: string): AccessCase[] {
  if (!Array.isArray(value)) throw new CliError(`${file}: a list of cases is expected; see docs/access.md`);
  const parsed = z.array(AccessCase).safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new CliError(problemOf(file, value, parsed.error.issues[0]!));
}

/** @throws CliError where a request names no principal, action or resource */
export function caseAnswer(given: AccessCase, at: number, file: string, now: Date): CaseAnswer {
  const name = given.name ?? `case ${at + 1}`;
  const { request, expect, name: _name, ...policies } = given;
  try {
    const { decision, ...rest } = reach({ ...(request as ReachRequest), now }, policies as ReachPolicies);
    return {
      name,
      answer: decision,
      ...(expect ? { expect } : {}),
      agrees: expect === undefined || expect === decision,
      ...rest,
    };
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    const named = given.name === undefined ? "" : ` ${JSON.stringify(given.name)}`;
    throw new CliError(`${file}: case ${at + 1}${named}: request.${error.field}: ${error.message}`);
  }
}
