import * as z from "zod";
import { type Finding, note, ok, problem } from "./finding.ts";
import { samePolicy } from "./samePolicy.ts";

const many = z.union([z.string().transform((each) => [each]), z.array(z.string())]);
const Trust = z.object({
  Statement: z.preprocess(
    (value) => (Array.isArray(value) ? value : [value]),
    z.array(
      z.looseObject({
        Effect: z.string(),
        Principal: z.union([z.literal("*"), z.record(z.string(), many)]).optional(),
        Condition: z.record(z.string(), z.record(z.string(), many)).optional(),
      }),
    ),
  ),
});
type Statement = z.infer<typeof Trust>["Statement"][number];

/** What a trust is measured by. */
export interface ExpectedTrust {
  auditAccountId: string;
  externalId: string;
  /** The trust, without an organization's id. */
  trust: object;
}

const principalsOf = ({ Principal }: Statement): string[] =>
  Principal === "*" ? ["everybody"] : Object.values(Principal ?? {}).flat();
const isAccount = (principal: string, account: string): boolean =>
  principal === account || principal.split(":")[4] === account;
const valuesOf = ({ Condition = {} }: Statement, key: string): string[] =>
  Object.values(Condition).flatMap((keys) =>
    Object.entries(keys).flatMap(([name, values]) => (name.toLowerCase() === key.toLowerCase() ? values : [])),
  );

/** Leaves the organization's id out, which a member's stack may add. */
function withoutOrganization(statement: Statement): Statement {
  const { StringEquals = {}, ...others } = statement.Condition ?? {};
  const { "aws:PrincipalOrgID": _organization, ...rest } = StringEquals;
  return { ...statement, Condition: { ...others, StringEquals: rest } };
}

/** Judges a role's trust policy. */
export function trustFindings(text: string, expected: ExpectedTrust, remedy: string): Finding[] {
  const allowed = Trust.parse(JSON.parse(text)).Statement.filter(({ Effect }) => Effect === "Allow");
  const required = Trust.parse(expected.trust).Statement[0]!;
  const fits = (statement: Statement) =>
    samePolicy({ Statement: withoutOrganization(statement) }, { Statement: withoutOrganization(required) });
  const others = [
    ...new Set(allowed.flatMap(principalsOf).filter((each) => !isAccount(each, expected.auditAccountId))),
  ];
  const ours = allowed.filter((each) => principalsOf(each).some((one) => isAccount(one, expected.auditAccountId)));
  const findings: Finding[] = [];
  if (!ours.length)
    findings.push(
      problem(
        "trust",
        `trusts ${others.join(", ") || "nobody"}, and not the audit account ${expected.auditAccountId}`,
        remedy,
      ),
    );
  else if (others.length)
    findings.push(problem("trust", `trusts ${others.join(", ")} beside the audit account`, remedy));
  if (!ours.length || ours.every(fits))
    return findings.length ? findings : [ok("trust", "the audit account's auditors alone")];
  const ids = ours.flatMap((each) => valuesOf(each, "sts:ExternalId"));
  if (!ids.length) findings.push(problem("trust", "asks for no external id", remedy));
  else if (!ids.includes(expected.externalId))
    findings.push(
      problem(
        "trust",
        `asks for the external id ${ids.join(", ")}; the audit stack's is ${expected.externalId}`,
        remedy,
      ),
    );
  if (findings.length) return findings;
  const callers = ours.flatMap((each) => valuesOf(each, "aws:PrincipalArn"));
  if (!callers.length)
    return [problem("trust", "trusts every role of the audit account, not its auditors alone", remedy)];
  return [note("trust", "is written in another way than the program does")];
}
