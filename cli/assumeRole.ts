import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";

/** These credentials' session of a role in another account. */
export async function assumeRole(partition: string, account: string, role: string): Promise<AwsCredentialIdentity> {
  const RoleArn = `arn:${partition}:iam::${account}:role/${role}`;
  const { Credentials } = await new STSClient({}).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "itaudit" }));
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
}
