/**
 * Whether a bucket's policy denies every request without TLS, to the bucket and to its objects, however it says so.
 *
 * Exports: {@link refusesPlainHttp}`(policy, bucket): boolean | undefined`; undefined: what it denies is not understood.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
 */
import { conditionsHold } from "./conditions.ts";
import { type RequestContext, UNKNOWN } from "./context.ts";
import type { Policy, Statement } from "./parse.ts";
import { contains, overlaps } from "./wildcards.ts";

/** A request without TLS of which nothing else is known; it has no version of TLS. */
const PLAIN: RequestContext = {
  get: (key) =>
    (({ "aws:securetransport": ["false"], "s3:tlsversion": undefined }) as Record<string, string[] | undefined>)[
      key.toLowerCase()
    ] ?? (key.toLowerCase() === "s3:tlsversion" ? undefined : UNKNOWN),
};

/** Whether the statements together deny all of S3 on all that a resource pattern stands for. */
function deniedOn(statements: readonly Statement[], resource: string): boolean {
  const about = statements.filter(({ resources, notResources }) =>
    resources
      ? contains(resources, resource, "resource")
      : !(notResources ?? ["*"]).some((each) => overlaps(each, resource, "resource")),
  );
  const named = about.flatMap(({ actions }) => actions ?? []);
  const allBut = about.some(({ notActions }) => notActions?.every((each) => !overlaps(each, "s3:*", "action")));
  return allBut || contains(named, "s3:*", "action");
}

/** @param bucket its ARN */
export function refusesPlainHttp(policy: Policy, bucket: string): boolean | undefined {
  const denies = policy.statements.filter(
    ({ effect, principals, conditions }) =>
      effect === "Deny" && principals?.everybody && conditionsHold(conditions, policy.version, PLAIN).value === true,
  );
  const clear = denies.filter(({ problem }) => !problem);
  if (deniedOn(clear, bucket) && deniedOn(clear, `${bucket}/*`)) return true;
  return policy.problem || policy.statements.some(({ problem, effect }) => problem && effect === "Deny")
    ? undefined
    : false;
}
