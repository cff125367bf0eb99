import * as sdk from "@aws-sdk/client-budgets";
import { type Inputs, type Providers, upsert } from "./provider.ts";

/** Budgets. */
export const budgetsProviders: Providers = {
  "aws:budgets/budget:Budget": async (inputs, _name, to) => {
    const client = to.client(sdk.BudgetsClient);
    const AccountId = to.account;
    const Budget: sdk.Budget = {
      BudgetName: inputs.name,
      BudgetType: inputs.budgetType,
      TimeUnit: inputs.timeUnit,
      BudgetLimit: { Amount: inputs.limitAmount, Unit: inputs.limitUnit },
    };
    const NotificationsWithSubscribers = inputs.notifications.map((each: Inputs) => ({
      Notification: {
        NotificationType: each.notificationType,
        ComparisonOperator: each.comparisonOperator,
        Threshold: each.threshold,
        ThresholdType: each.thresholdType,
      },
      Subscribers: each.subscriberSnsTopicArns.map((Address: string) => ({ SubscriptionType: "SNS", Address })),
    }));
    await upsert(
      () => client.send(new sdk.CreateBudgetCommand({ AccountId, Budget, NotificationsWithSubscribers })),
      "DuplicateRecordException",
      () => client.send(new sdk.UpdateBudgetCommand({ AccountId, NewBudget: Budget })),
    );
    return { id: `${to.account}:${inputs.name}`, state: { name: inputs.name } };
  },
};
