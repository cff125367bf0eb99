import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Control } from "../src/controls/control.ts";

/** A control, and what it says in the language of AWS CloudFormation Guard. */
export interface PolicyControl extends Pick<Control, "id" | "title" | "severity" | "resource"> {
  policy: string;
}

/** What {@link OrganizationRules} must be told. */
export interface OrganizationRulesArgs {
  /** First part of the rules' names. */
  namePrefix: string;
  /** Controls that one configuration item answers, as policies. */
  controls: readonly PolicyControl[];
  /** Accounts without the rules, such as those where AWS Config does not record. */
  excludedAccounts: readonly string[];
  /** Regions that get the rules; empty: the stack's own. */
  regions: readonly string[];
}

/**
 * Controls as rules of AWS Config in each account of the organization. AWS Config's own service-linked roles put them
 * there and judge by the policy: there is no function, and no account lets the audit account write. The stack's account
 * must be a delegated administrator for `config-multiaccountsetup.amazonaws.com`, or the management account.
 * @see https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html
 */
export class OrganizationRules extends pulumi.ComponentResource {
  readonly ruleNames: pulumi.Output<string[]>;

  constructor(name: string, args: OrganizationRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:OrganizationRules", name, {}, opts);
    const locations: { at: string; region?: string }[] = args.regions.length
      ? args.regions.map((region) => ({ at: `-${region}`, region }))
      : [{ at: "" }];
    const rules = locations.flatMap(({ at, ...region }) =>
      args.controls.map(
        ({ id, title, severity, resource, policy }) =>
          new aws.cfg.OrganizationCustomPolicyRule(
            `${name}-${id}${at}`,
            {
              ...region,
              name: `${args.namePrefix}-${id}`,
              description: `${title} (${severity})`.slice(0, 256),
              policyRuntime: "guard-2.x.x",
              policyText: policy,
              resourceTypesScopes: [resource],
              triggerTypes: ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"],
              excludedAccounts: [...args.excludedAccounts],
            },
            { parent: this },
          ),
      ),
    );
    this.ruleNames = pulumi.all(rules.map((rule) => rule.name)).apply((names) => [...new Set(names)]);
    this.registerOutputs({ ruleNames: this.ruleNames });
  }
}
