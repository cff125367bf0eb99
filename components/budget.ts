import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a {@link Budget} must be told. */
export interface BudgetArgs {
  /** Name of the budget. */
  name: string;
  /** US dollars a month, of the whole audit account. */
  monthlyDollars: number;
  /** SNS topic that is told; its policy must let `budgets.amazonaws.com` publish. */
  topicArn: pulumi.Input<string>;
}

/** When the topic is told: per cent of the budget, spent or forecast for the month's end. */
const TOLD_AT = [
  { notificationType: "ACTUAL", threshold: 80 },
  { notificationType: "ACTUAL", threshold: 100 },
  { notificationType: "FORECASTED", threshold: 100 },
] as const;

/**
 * A monthly budget of the audit account, which tells before money has run away. It stops nothing.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
 */
export class Budget extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: BudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:Budget", name, args, opts);
    const budget = new aws.budgets.Budget(
      name,
      {
        name: args.name,
        budgetType: "COST",
        limitAmount: String(args.monthlyDollars),
        limitUnit: "USD",
        timeUnit: "MONTHLY",
        notifications: TOLD_AT.map((at) => ({
          ...at,
          comparisonOperator: "GREATER_THAN",
          thresholdType: "PERCENTAGE",
          subscriberSnsTopicArns: [args.topicArn],
        })),
      },
      { parent: this },
    );
    this.name = budget.name;
    this.registerOutputs({ name: this.name });
  }
}
