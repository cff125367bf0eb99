import * as z from "zod";
import { AwsError, type Call } from "../service.ts";

const Template = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()) })),
});
const Role = z.object({
  RoleName: z.string(),
  Description: z.string().optional(),
  MaxSessionDuration: z.number().optional(),
  AssumeRolePolicyDocument: z.unknown(),
  PermissionsBoundary: z.string().optional(),
  ManagedPolicyArns: z.array(z.string()).default([]),
});
const ManagedPolicy = z.object({ PolicyDocument: z.unknown(), Roles: z.array(z.string()) });

const RolePolicy = z.object({ PolicyName: z.string(), RoleName: z.string(), PolicyDocument: z.unknown() });

/** Replaces `Fn::Sub` of pseudo parameters, `Ref`, and `Fn::GetAtt` of a role's ARN, all the way down. */
function resolved(value: unknown, account: string, names: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, account, names));
  if (!value || typeof value !== "object") return value;
  const intrinsic = value as { "Fn::Sub"?: string; Ref?: string; "Fn::GetAtt"?: [string, string] };
  const { "Fn::Sub": text, Ref: reference, "Fn::GetAtt": attribute } = intrinsic;
  if (attribute !== undefined) return `arn:aws:iam::${account}:role/${names[attribute[0]]}`;
  if (text !== undefined)
    return text.replace(/\$\{(AWS::\w+)\}/g, (all, name: string) =>
      name === "AWS::Partition" ? "aws" : name === "AWS::AccountId" ? account : all,
    );
  if (reference !== undefined) return names[reference] ?? reference;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, account, names)]));
}

/**
 * Makes a template's roles and policies in an account, or brings them up to date.
 * @throws AwsError naming a type of resource that the sandbox does not know
 */
export function applyTemplate(call: Call, account: string, text: string): void {
  const { Resources } = Template.parse(JSON.parse(text));
  const names: Record<string, string> = {};
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === "AWS::IAM::Role") names[id] = String(Properties.RoleName);
    else if (Type === "AWS::IAM::ManagedPolicy") names[id] = `arn:aws:iam::${account}:policy/StackSet-${id}`;
    else if (Type !== "AWS::IAM::RolePolicy")
      throw new AwsError("ValidationError", `the sandbox does not know resources of type ${Type} (${id})`);
  }
  const roleNamed = (name: string) => call.state.roles.get(`arn:aws:iam::${account}:role/${name}`);
  const of = (type: string) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties }]) => [id, resolved(Properties, account, names)] as const);
  for (const [, properties] of of("AWS::IAM::Role")) {
    const role = Role.parse(properties);
    const Arn = `arn:aws:iam::${account}:role/${role.RoleName}`;
    call.state.roles.set(Arn, {
      account,
      RoleName: role.RoleName,
      Path: "/",
      Arn,
      RoleId: call.state.roles.get(Arn)?.RoleId ?? `AROA${call.randomId(17)}`,
      CreateDate: new Date(call.now()),
      Description: role.Description,
      AssumeRolePolicyDocument: JSON.stringify(role.AssumeRolePolicyDocument),
      MaxSessionDuration: role.MaxSessionDuration ?? 3600,
      Tags: [],
      inline: new Map(),
      attached: new Set(role.ManagedPolicyArns),
      boundary: role.PermissionsBoundary,
    });
  }
  for (const [id, properties] of of("AWS::IAM::ManagedPolicy")) {
    const policy = ManagedPolicy.parse(properties);
    const Arn = `arn:aws:iam::${account}:policy/StackSet-${id}`;
    call.state.policies.set(Arn, {
      account,
      PolicyName: `StackSet-${id}`,
      PolicyId: call.state.policies.get(Arn)?.PolicyId ?? `ANPA${call.randomId(17)}`,
      Path: "/",
      Arn,
      CreateDate: new Date(call.now()),
      document: JSON.stringify(policy.PolicyDocument),
    });
    for (const role of policy.Roles) roleNamed(role)?.attached.add(Arn);
  }
  for (const [, properties] of of("AWS::IAM::RolePolicy")) {
    const { PolicyName, RoleName, PolicyDocument } = RolePolicy.parse(properties);
    roleNamed(RoleName)?.inline.set(PolicyName, JSON.stringify(PolicyDocument));
  }
}

/** Takes a template's roles and policies out of an account. */
export function removeTemplate(call: Call, account: string, text: string): void {
  const { Resources } = Template.parse(JSON.parse(text));
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === "AWS::IAM::Role") call.state.roles.delete(`arn:aws:iam::${account}:role/${Properties.RoleName}`);
    if (Type === "AWS::IAM::ManagedPolicy") call.state.policies.delete(`arn:aws:iam::${account}:policy/StackSet-${id}`);
  }
}
