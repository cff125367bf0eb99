import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Control } from "../src/controls/control.ts";
import type { MemberColumn } from "../src/tables/columns.ts";
import { configRulesPermissions } from "./permissions.ts";
import { SystemFunction } from "./systemFunction.ts";

/** What {@link ConfigRules} must be told. */
export interface ConfigRulesArgs {
  /** First part of the names of the function and of the rules. */
  namePrefix: string;
  accountId: pulumi.Input<string>;
  /** Controls that one configuration item answers: those whose head says `config-rule: true`. */
  controls: readonly Control[];
  /** Columns of their resource types. */
  columns: Readonly<Record<string, readonly MemberColumn[]>>;
  logRetentionDays: number;
}

/**
 * Controls as custom rules of AWS Config in the stack's own account and region: a resource is judged as soon as Config
 * has recorded a change of it. Config must be recording there.
 * @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_lambda-functions.html
 */
export class ConfigRules extends pulumi.ComponentResource {
  readonly ruleNames: pulumi.Output<string[]>;

  constructor(name: string, args: ConfigRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:ConfigRules", name, {}, opts);
    const child = { parent: this };
    const judge = new SystemFunction(
      name,
      {
        functionName: `${args.namePrefix}-config-rules`,
        handler: {
          kind: "configRules",
          config: {
            controls: args.controls.map(({ id, resource, sql }) => ({ id, resource, sql })),
            columns: args.columns,
          },
        },
        timeout: 60,
        memorySize: 256,
        logRetentionDays: args.logRetentionDays,
        environment: {},
        permissions: configRulesPermissions,
      },
      child,
    );
    const permission = new aws.lambda.Permission(
      name,
      {
        function: judge.name,
        action: "lambda:InvokeFunction",
        principal: "config.amazonaws.com",
        sourceAccount: args.accountId,
      },
      child,
    );
    const rules = args.controls.map(
      (control) =>
        new aws.cfg.Rule(
          `${name}-${control.id}`,
          {
            name: `${args.namePrefix}-${control.id}`,
            description: `${control.title} (${control.severity})`.slice(0, 256),
            scope: { complianceResourceTypes: [control.resource] },
            inputParameters: JSON.stringify({ control: control.id }),
            source: {
              owner: "CUSTOM_LAMBDA",
              sourceIdentifier: judge.arn,
              sourceDetails: [
                { messageType: "ConfigurationItemChangeNotification" },
                { messageType: "OversizedConfigurationItemChangeNotification" },
              ],
            },
          },
          { ...child, dependsOn: [permission] },
        ),
    );
    this.ruleNames = pulumi.all(rules.map((rule) => rule.name));
    this.registerOutputs({ ruleNames: this.ruleNames });
  }
}
