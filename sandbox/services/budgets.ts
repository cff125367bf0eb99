import * as sdk from "@aws-sdk/client-budgets";
import { AwsError, type Call, type Service } from "../service.ts";

const arnOf = ({ account }: Call, name = "") => `arn:aws:budgets::${account}:budget/${name}`;
const own = (call: Call, account: string | undefined) => {
  if (account !== call.account) throw new AwsError("AccessDeniedException", `not the account ${account}`, 400);
};

/** AWS Budgets: what a budget is and whom it tells; nothing is spent here, so that none is exceeded. */
export const budgets: Service = {
  signingName: "budgets",
  iamPrefix: "budgets",
  protocol: "json",
  regional: false,
  sdk: { ...sdk },
  operations: {
    CreateBudget: {
      permissions: (input: sdk.CreateBudgetRequest, call) => [
        { action: "budgets:ModifyBudget", resource: arnOf(call, input.Budget?.BudgetName) },
      ],
      run: (input: sdk.CreateBudgetRequest, call): sdk.CreateBudgetResponse => {
        own(call, input.AccountId);
        const arn = arnOf(call, input.Budget?.BudgetName);
        if (call.state.budgets.has(arn))
          throw new AwsError("DuplicateRecordException", `the budget already exists: ${arn}`, 400);
        if (!Number(input.Budget?.BudgetLimit?.Amount))
          throw new AwsError("InvalidParameterException", "a budget has a limit above nothing", 400);
        call.state.budgets.set(arn, input);
        return {};
      },
    },
    UpdateBudget: {
      permissions: (input: sdk.UpdateBudgetRequest, call) => [
        { action: "budgets:ModifyBudget", resource: arnOf(call, input.NewBudget?.BudgetName) },
      ],
      run: (input: sdk.UpdateBudgetRequest, call): sdk.UpdateBudgetResponse => {
        own(call, input.AccountId);
        const arn = arnOf(call, input.NewBudget?.BudgetName);
        const standing = call.state.budgets.get(arn);
        if (!standing) throw new AwsError("NotFoundException", `Unable to get budget: ${arn}`, 400);
        call.state.budgets.set(arn, { ...standing, Budget: input.NewBudget });
        return {};
      },
    },
    DescribeBudgets: {
      permissions: (_input: sdk.DescribeBudgetsRequest, call) => [
        { action: "budgets:ViewBudget", resource: arnOf(call, "*") },
      ],
      run: (input: sdk.DescribeBudgetsRequest, call): sdk.DescribeBudgetsResponse => {
        own(call, input.AccountId);
        const here = [...call.state.budgets].filter(([arn]) => arn.startsWith(arnOf(call)));
        return { Budgets: here.flatMap(([, { Budget }]) => Budget ?? []) };
      },
    },
    DescribeNotificationsForBudget: {
      permissions: (input: sdk.DescribeNotificationsForBudgetRequest, call) => [
        { action: "budgets:ViewBudget", resource: arnOf(call, input.BudgetName) },
      ],
      run: (input: sdk.DescribeNotificationsForBudgetRequest, call): sdk.DescribeNotificationsForBudgetResponse => {
        own(call, input.AccountId);
        const { NotificationsWithSubscribers = [] } = call.state.budgets.get(arnOf(call, input.BudgetName)) ?? {};
        return { Notifications: NotificationsWithSubscribers.flatMap(({ Notification }) => Notification ?? []) };
      },
    },
    DeleteBudget: {
      permissions: (input: sdk.DeleteBudgetRequest, call) => [
        { action: "budgets:ModifyBudget", resource: arnOf(call, input.BudgetName) },
      ],
      run: (input: sdk.DeleteBudgetRequest, call): sdk.DeleteBudgetResponse => {
        own(call, input.AccountId);
        const arn = arnOf(call, input.BudgetName);
        if (!call.state.budgets.delete(arn))
          throw new AwsError("NotFoundException", `Unable to get budget: ${arn}`, 400);
        return {};
      },
    },
  },
};
