import * as sdk from "@aws-sdk/client-cloudformation";
import { accountsOf, MANAGEMENT_ACCOUNT, unitsBelow } from "../estate/organization.ts";
import { AwsError, type Call, type Service } from "../service.ts";
import type { StoredStackSet } from "../state.ts";
import { applyTemplate, removeTemplate } from "./cloudformationTemplate.ts";

function setOf(call: Call, name: string | undefined): StoredStackSet {
  const set = [...call.state.stackSets.values()].find((each) => each.account === call.account && each.name === name);
  if (!set) throw new AwsError("StackSetNotFoundException", `StackSet ${name} not found`, 404);
  return set;
}

/** Active accounts of the units and of those below them; the management account is none of them, as in AWS. */
const accountsBelow = ({ state }: Call, units: readonly string[]): string[] => {
  const all = new Set(units.flatMap(unitsBelow));
  return accountsOf(state.members)
    .filter(({ id, state: is, unit }) => id !== MANAGEMENT_ACCOUNT && is === "ACTIVE" && all.has(unit))
    .map(({ id }) => id);
};

const onSet = (action: string) => (input: { StackSetName?: string | undefined }, call: Call) => [
  { action: `cloudformation:${action}`, resource: arnOf(call, "stackset", input.StackSetName) },
];
/** What reaches into accounts is asked for its targets, and for each type of the template. */
const onTargets = (action: string) => (input: { StackSetName?: string | undefined }, call: Call) => [
  ...onSet(action)(input, call),
  { action: `cloudformation:${action}`, resource: arnOf(call, "stackset-target", input.StackSetName) },
  ...[...new Set(setOf(call, input.StackSetName).template.match(/AWS::\w+::\w+/g))].map((type) => ({
    action: `cloudformation:${action}`,
    resource: `arn:aws:cloudformation:${call.region}::type/resource/${type.replaceAll("::", "-")}`,
  })),
];
const arnOf = ({ region, account }: Call, kind: string, name = "") =>
  `arn:aws:cloudformation:${region}:${account}:${kind}/${name}:${account}`;

/** Puts the set's template into the accounts that have an instance. */
const roll = (call: Call, set: StoredStackSet): string => {
  for (const account of set.instances) applyTemplate(call, account, set.template);
  return call.randomId(32).toLowerCase();
};

/** CloudFormation: service-managed StackSets over the organization's units. The rest of it, as far as audited, is estate. */
export const cloudformation: Service = {
  signingName: "cloudformation",
  iamPrefix: "cloudformation",
  protocol: "query",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateStackSet: {
      run: (input: sdk.CreateStackSetInput, call): sdk.CreateStackSetOutput => {
        const name = input.StackSetName ?? "";
        const id = `${name}:${call.account}`;
        if (call.state.stackSets.has(id))
          throw new AwsError("NameAlreadyExistsException", `StackSet ${name} exists`, 409);
        if (input.PermissionModel !== "SERVICE_MANAGED")
          throw new AwsError("ValidationError", "the sandbox has service-managed StackSets only");
        call.state.stackSets.set(id, {
          account: call.account,
          name,
          template: input.TemplateBody ?? "",
          instances: new Set(),
        });
        return { StackSetId: id };
      },
    },
    UpdateStackSet: {
      permissions: onTargets("UpdateStackSet"),
      run: (input: sdk.UpdateStackSetInput, call): sdk.UpdateStackSetOutput => {
        const set = setOf(call, input.StackSetName);
        set.template = input.TemplateBody ?? set.template;
        return { OperationId: roll(call, set) };
      },
    },
    CreateStackInstances: {
      permissions: onTargets("CreateStackInstances"),
      run: (input: sdk.CreateStackInstancesInput, call): sdk.CreateStackInstancesOutput => {
        const set = setOf(call, input.StackSetName);
        for (const account of accountsBelow(call, input.DeploymentTargets?.OrganizationalUnitIds ?? []))
          set.instances.add(account);
        return { OperationId: roll(call, set) };
      },
    },
    ListStackInstances: {
      permissions: onSet("ListStackInstances"),
      run: (input: sdk.ListStackInstancesInput, call): sdk.ListStackInstancesOutput => ({
        Summaries: [...setOf(call, input.StackSetName).instances].map((Account) => ({
          Account,
          Region: call.region,
          StackSetId: `${input.StackSetName}:${call.account}`,
          Status: "CURRENT",
        })),
      }),
    },
    DeleteStackInstances: {
      permissions: onTargets("DeleteStackInstances"),
      run: (input: sdk.DeleteStackInstancesInput, call): sdk.DeleteStackInstancesOutput => {
        const set = setOf(call, input.StackSetName);
        const below = accountsBelow(call, input.DeploymentTargets?.OrganizationalUnitIds ?? []);
        for (const account of below.filter((each) => set.instances.delete(each)))
          if (!input.RetainStacks) removeTemplate(call, account, set.template);
        return { OperationId: call.randomId(32).toLowerCase() };
      },
    },
    DeleteStackSet: {
      permissions: onSet("DeleteStackSet"),
      run: (input: sdk.DeleteStackSetInput, call): sdk.DeleteStackSetOutput => {
        const set = setOf(call, input.StackSetName);
        if (set.instances.size) throw new AwsError("StackSetNotEmptyException", "StackSet is not empty", 409);
        call.state.stackSets.delete(`${set.name}:${set.account}`);
        return {};
      },
    },
  },
};
