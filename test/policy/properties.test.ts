import { expect } from "chai";
import fc from "fast-check";
import { audiencesOf, openness } from "../../src/policy/audience.ts";
import type { ContextValues } from "../../src/policy/context.ts";
import { knownActions } from "../../src/policy/knownActions.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { type ReachPolicies, type ReachRequest, reach } from "../../src/policy/reach.ts";

interface Statement {
  Effect: "Allow" | "Deny";
  Action?: string[];
  NotAction?: string[];
  Resource?: string[];
  NotResource?: string[];
  Principal?: unknown;
  NotPrincipal?: unknown;
  Condition?: Record<string, Record<string, string[]>>;
}

const ACTIONS = ["s3:GetObject", "s3:PutObject", "kms:Decrypt", "sts:AssumeRole", "sqs:SendMessage"];
const RESOURCES = [
  "arn:aws:s3:::b/k",
  "arn:aws:kms:eu-west-1:111111111111:key/1",
  "arn:aws:iam::111111111111:role/r",
  "arn:aws:sqs:eu-west-1:222222222222:q",
];
const PRINCIPALS = [
  "arn:aws:iam::111111111111:user/u",
  "arn:aws:sts::111111111111:assumed-role/r/s",
  "arn:aws:sts::111111111111:federated-user/f",
  "arn:aws:iam::222222222222:root",
  "sns.amazonaws.com",
  "anonymous",
];

const some = <T>(...all: T[]) => fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2 });
const action = some("*", "s3:*", "S3:Get*", "*:*", ...ACTIONS);
const resource = some("*", "arn:aws:s3:::*", "arn:aws:s3:::b/${aws:username}", ...RESOURCES);
const principal = fc.oneof(
  fc.constant("*"),
  some("*", "111111111111", "arn:aws:iam::111111111111:role/p/r", ...PRINCIPALS.slice(0, 4)).map((AWS) => ({ AWS })),
  fc.constant({ Service: ["sns.amazonaws.com"] }),
);
const condition = fc
  .tuple(
    fc.constantFrom("", "ForAllValues:", "ForAnyValue:"),
    fc.constantFrom("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "ArnLike"),
    fc.constantFrom("", "IfExists"),
    fc.constantFrom("aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:username", "aws:SourceVpce", "aws:TagKeys"),
    some("o-1", "111111111111", "vpce-1", "*", "u", "${aws:username}"),
  )
  .map(([set, operator, ifExists, key, values]) => ({ [set + operator + ifExists]: { [key]: values } }));

const statement = (principals: boolean): fc.Arbitrary<Statement> =>
  fc
    .record({
      Effect: fc.constantFrom("Allow" as const, "Allow" as const, "Deny" as const),
      action,
      negated: fc.boolean(),
      resource,
      others: fc.boolean(),
      principal,
      excepted: fc.boolean(),
      Condition: fc.option(condition, { nil: undefined }),
    })
    .map(({ Effect, negated, others, excepted, Condition, ...each }) => ({
      Effect,
      [negated ? "NotAction" : "Action"]: each.action,
      [others ? "NotResource" : "Resource"]: each.resource,
      ...(principals ? { [excepted ? "NotPrincipal" : "Principal"]: each.principal } : {}),
      ...(Condition ? { Condition } : {}),
    }));

const own = fc.array(statement(false), { maxLength: 2 });
const others = fc.array(statement(true), { maxLength: 2 });
const KINDS = ["identity", "boundary", "scp", "rcp", "session", "resource", "endpoint"] as const;
type Policies = Partial<Record<(typeof KINDS)[number], Statement[]>>;
const policies: fc.Arbitrary<Policies> = fc.record(
  { identity: own, boundary: own, scp: own, rcp: others, session: own, resource: others, endpoint: others },
  { requiredKeys: ["identity"] },
);
const request: fc.Arbitrary<ReachRequest> = fc.record({
  principal: fc.constantFrom(...PRINCIPALS),
  action: fc.constantFrom(...ACTIONS),
  resource: fc.constantFrom(...RESOURCES),
  context: fc.constantFrom<ContextValues>(
    {},
    { "aws:PrincipalOrgID": "o-1" },
    { "aws:TagKeys": ["u", "o-1"] },
    { "aws:SourceVpce": "vpce-2" },
  ),
  unknown: fc.constantFrom([], ["aws:SourceVpce"], ["aws:PrincipalOrgID", "aws:TagKeys"]),
});

const document = (statements: Statement[]) => parsePolicy({ Version: "2012-10-17", Statement: statements });

function answer(asked: ReachRequest, given: Policies) {
  const one = (kind: keyof Policies) => (given[kind] ? document(given[kind]) : undefined);
  const read = {
    identityPolicies: [document(given.identity ?? [])],
    permissionsBoundary: one("boundary"),
    sessionPolicy: one("session"),
    resourcePolicy: one("resource"),
    endpointPolicy: one("endpoint"),
    serviceControlPolicies: given.scp ? [[document(given.scp)]] : [],
    resourceControlPolicies: given.rcp ? [[document(given.rcp)]] : [],
  };
  return reach(asked, Object.fromEntries(Object.entries(read).filter(([, each]) => each)) as ReachPolicies).decision;
}

/** How open an answer is: denied, perhaps, allowed. */
const rank = (decision: ReturnType<typeof answer>): number =>
  decision === "allowed" ? 2 : decision === "conditional" || decision === "notKnown" ? 1 : 0;
const openRank = (statements: Statement[]): number =>
  ["closed", "notKnown", "open"].indexOf(openness(audiencesOf(document(statements))));

/** The policies with one statement changed, where there is one with the effect. */
function withCondition(given: Policies, effect: string, added: Statement["Condition"]): Policies {
  const changed = structuredClone(given);
  for (const statements of Object.values(changed))
    for (const each of statements)
      if (each.Effect === effect) {
        // An operator that stands there already keeps its keys: all of them must hold.
        const [[operator, keys] = ["", {}]] = Object.entries(added ?? {});
        each.Condition = { ...each.Condition, [operator]: { ...keys, ...each.Condition?.[operator] } };
        return changed;
      }
  return changed;
}

const RUNS = { numRuns: 1_500 };

describe("the policy engine, whatever the policies", () => {
  it("opens nothing for a Deny statement that is added", () => {
    fc.assert(
      fc.property(request, policies, fc.constantFrom(...KINDS), statement(true), (asked, given, kind, added) => {
        const deny: Statement = { ...added, Effect: "Deny" };
        if (kind !== "resource" && kind !== "endpoint" && kind !== "rcp") {
          delete deny.Principal;
          delete deny.NotPrincipal;
        }
        if (kind !== "identity" && !given[kind]) return;
        const after = answer(asked, { ...given, [kind]: [...(given[kind] ?? []), deny] });
        expect(rank(after)).to.be.at.most(rank(answer(asked, given)));
      }),
      RUNS,
    );
  });

  it("opens nothing for a condition that is added to an Allow", () => {
    fc.assert(
      fc.property(request, policies, condition, (asked, given, added) => {
        expect(rank(answer(asked, withCondition(given, "Allow", added)))).to.be.at.most(rank(answer(asked, given)));
      }),
      RUNS,
    );
  });

  it("closes nothing for a condition that is added to a Deny", () => {
    fc.assert(
      fc.property(request, policies, condition, (asked, given, added) => {
        expect(rank(answer(asked, withCondition(given, "Deny", added)))).to.be.at.least(rank(answer(asked, given)));
      }),
      RUNS,
    );
  });

  it("gives a key that nobody knows an answer between those that its values give", () => {
    fc.assert(
      fc.property(request, policies, fc.constantFrom("o-1", "vpce-1", "x"), (asked, given, value) => {
        const key = "aws:SourceVpce";
        const known = { ...asked, unknown: [], context: { ...asked.context, [key]: value } };
        const open = answer({ ...asked, unknown: [key] }, given);
        if (open === "allowed") expect(answer(known, given)).to.equal("allowed");
        if (rank(open) === 0) expect(rank(answer(known, given))).to.equal(0);
      }),
      RUNS,
    );
  });

  it("answers the same however a policy is spelled", () => {
    const turned = (text: string): string =>
      text.replace(/[a-z]/gi, (each) => (each < "a" ? each.toLowerCase() : each.toUpperCase()));
    const respelled = (each: Statement): Statement => ({
      ...each,
      ...(each.Action
        ? {
            Action:
              each.Action.length === 1
                ? (turned(each.Action[0]!) as unknown as string[])
                : each.Action.map(turned).reverse(),
          }
        : {}),
      ...(each.NotAction ? { NotAction: [...each.NotAction, ...each.NotAction].map(turned) } : {}),
      ...(each.Resource ? { Resource: [...each.Resource].reverse() } : {}),
    });
    fc.assert(
      fc.property(request, policies, (asked, given) => {
        const other = Object.fromEntries(
          Object.entries(given).map(([kind, statements]) => [kind, statements.map(respelled).reverse()]),
        );
        expect(answer(asked, other)).to.equal(answer(asked, given));
      }),
      RUNS,
    );
  });

  it("takes NotAction of all other known actions for the actions themselves", () => {
    fc.assert(
      fc.property(
        request,
        fc.subarray(ACTIONS),
        fc.constantFrom("Allow" as const, "Deny" as const),
        (asked, chosen, Effect) => {
          const base: Statement = { Effect, Resource: ["*"], Principal: "*" };
          const rest: Statement = { Effect: "Allow", Action: ["*"], Resource: ["*"], Principal: "*" };
          const complement = knownActions().filter((each) => !chosen.includes(each));
          const beside = Effect === "Deny" ? [rest] : [];
          const named = answer(asked, { resource: [{ ...base, Action: chosen }, ...beside] });
          const excepted = answer(asked, { resource: [{ ...base, NotAction: complement }, ...beside] });
          expect(excepted).to.equal(named);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("opens a resource's policy to nobody new for a Deny or an Allow's condition, and closes it for no Deny's", () => {
    fc.assert(
      fc.property(
        fc.array(statement(true), { minLength: 1, maxLength: 3 }),
        statement(true),
        condition,
        (given, added, more) => {
          const before = openRank(given);
          expect(openRank([...given, { ...added, Effect: "Deny" }])).to.be.at.most(before);
          expect(openRank(withCondition({ resource: given }, "Allow", more).resource!)).to.be.at.most(before);
          expect(openRank(withCondition({ resource: given }, "Deny", more).resource!)).to.be.at.least(before);
        },
      ),
      RUNS,
    );
  });

  it("calls no policy closed that lets a stranger in", () => {
    const stranger = fc.record({
      principal: fc.constantFrom("anonymous", "arn:aws:iam::999999999999:role/stranger"),
      action: fc.constantFrom("s3:GetObject", "sqs:SendMessage"),
      resource: fc.constantFrom(...RESOURCES),
      resourceAccount: fc.constant("111111111111"),
      context: fc.constantFrom<ContextValues>(
        {},
        { "aws:SourceVpce": "vpce-9", "aws:TagKeys": ["u"] },
        { "aws:PrincipalOrgID": "o-9" },
      ),
    });
    fc.assert(
      fc.property(stranger, fc.array(statement(true), { minLength: 1, maxLength: 3 }), (asked, given) => {
        const all: Statement = { Effect: "Allow", Action: ["*"], Resource: ["*"] };
        if (answer(asked, { identity: [all], resource: given }) !== "allowed") return;
        expect(openRank(given)).to.be.greaterThan(0);
      }),
      { numRuns: 4_000 },
    );
  });
});
