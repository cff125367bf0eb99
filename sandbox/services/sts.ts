import * as sdk from "@aws-sdk/client-sts";
import { AwsError, type Call, type Permission, type Service } from "../service.ts";
import type { Session } from "../state.ts";

const operations: Service["operations"] = {
  AssumeRole: {
    permissions: (input: sdk.AssumeRoleRequest, call): Permission[] => {
      const arn = input.RoleArn ?? "";
      const role = call.state.roles.get(arn);
      const suspended = call.state.members.some(({ id, state }) => id === arn.split(":")[4] && state !== "ACTIVE");
      return [
        {
          action: "sts:AssumeRole",
          resource: arn,
          owner: arn.split(":")[4] ?? "",
          ...(input.ExternalId === undefined ? {} : { context: { "sts:ExternalId": input.ExternalId } }),
          // A role that is missing or in a suspended account trusts nobody; AWS tells no difference.
          resourcePolicy: suspended ? undefined : role?.AssumeRolePolicyDocument,
        },
      ];
    },
    run: (input: sdk.AssumeRoleRequest, call): sdk.AssumeRoleResponse => {
      const role = call.state.roles.get(input.RoleArn ?? "");
      if (!role) throw new AwsError("AccessDenied", `there is no role ${input.RoleArn}`, 403);
      const seconds = input.DurationSeconds ?? 3600;
      if (call.principal.kind === "role" && seconds > 3600)
        throw new AwsError(
          "ValidationError",
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        );
      const sessionName = input.RoleSessionName ?? "session";
      return {
        Credentials: newSession(
          call,
          { roleArn: role.Arn, roleName: role.RoleName, account: role.account, sessionName, policy: input.Policy },
          seconds,
        ),
        AssumedRoleUser: {
          AssumedRoleId: `${role.RoleId}:${sessionName}`,
          Arn: `arn:aws:sts::${role.account}:assumed-role/${role.RoleName}/${sessionName}`,
        },
      };
    },
  },
  GetCallerIdentity: {
    permissions: () => [],
    run: (_input: object, { principal }): sdk.GetCallerIdentityResponse =>
      principal.kind === "root"
        ? { Account: principal.account, UserId: principal.account, Arn: `arn:aws:iam::${principal.account}:root` }
        : {
            Account: principal.account,
            UserId: `AROA:${principal.sessionName}`,
            Arn: `arn:aws:sts::${principal.account}:assumed-role/${principal.roleName}/${principal.sessionName}`,
          },
  },
};

/** Makes credentials of a role; they end by themselves. */
export function newSession(
  call: Pick<Call, "state" | "now" | "randomId">,
  { roleArn, roleName, account, sessionName, policy }: Omit<Session, "expires">,
  seconds: number,
) {
  const AccessKeyId = `ASIA${call.randomId(16)}`;
  const expires = call.now() + seconds * 1000;
  call.state.sessions.set(AccessKeyId, { account, roleArn, roleName, sessionName, expires, policy });
  return {
    AccessKeyId,
    SecretAccessKey: call.randomId(40),
    SessionToken: call.randomId(64),
    Expiration: new Date(expires),
  };
}

export const sts: Service = {
  signingName: "sts",
  iamPrefix: "sts",
  protocol: "query",
  regional: false,
  sdk: { ...sdk },
  operations,
};
