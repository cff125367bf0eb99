import { createPublicKey } from "node:crypto";
import * as sdk from "@aws-sdk/client-kms";
import { type Inputs, type Providers, type Target, upsert } from "./provider.ts";

/** Tag by which a second deployment finds its key again, in place of Pulumi's state. */
const NAME = "sandbox:pulumi-name";

async function standingKey(client: sdk.KMSClient, name: string): Promise<string | undefined> {
  for await (const { Keys = [] } of sdk.paginateListKeys({ client }, {}))
    for (const { KeyId } of Keys) {
      const { Tags = [] } = await client.send(new sdk.ListResourceTagsCommand({ KeyId }));
      if (!Tags.some(({ TagKey, TagValue }) => TagKey === NAME && TagValue === name)) continue;
      const { KeyMetadata } = await client.send(new sdk.DescribeKeyCommand({ KeyId }));
      if (KeyMetadata?.KeyState === "Enabled") return KeyId;
    }
  return undefined;
}

/** Keys and their aliases. */
export const kmsProviders: Providers = {
  "aws:kms/key:Key": async (inputs, name, to, recorded) => {
    const client = to.client(sdk.KMSClient);
    const { description, policy, keyUsage, customerMasterKeySpec, enableKeyRotation, tags = {} } = inputs;
    // Two stacks of one account have keys of one name in the program.
    const own = `${name}: ${description ?? ""}`;
    let KeyId = recorded ? recorded.id : await standingKey(client, own);
    if (KeyId) {
      if (policy) await client.send(new sdk.PutKeyPolicyCommand({ KeyId, Policy: policy }));
    } else {
      const { KeyMetadata } = await client.send(
        new sdk.CreateKeyCommand({
          Description: description,
          Policy: policy,
          KeyUsage: keyUsage,
          KeySpec: customerMasterKeySpec,
          Tags: Object.entries({ ...tags, [NAME]: own }).map(([TagKey, TagValue]) => ({
            TagKey,
            TagValue: String(TagValue),
          })),
        }),
      );
      KeyId = KeyMetadata!.KeyId!;
    }
    if (enableKeyRotation) await client.send(new sdk.EnableKeyRotationCommand({ KeyId }));
    return { id: KeyId, state: { keyId: KeyId, arn: `arn:aws:kms:${to.region}:${to.account}:key/${KeyId}` } };
  },
  "aws:kms/alias:Alias": async ({ name: given, targetKeyId }, name, to) => {
    const client = to.client(sdk.KMSClient);
    const AliasName = given ?? `alias/${name}`;
    const alias = { AliasName, TargetKeyId: targetKeyId };
    await upsert(
      () => client.send(new sdk.CreateAliasCommand(alias)),
      "AlreadyExistsException",
      () => client.send(new sdk.UpdateAliasCommand(alias)),
    );
    const arn = `arn:aws:kms:${to.region}:${to.account}:${AliasName}`;
    const targetKeyArn = targetKeyId.startsWith("arn:")
      ? targetKeyId
      : `arn:aws:kms:${to.region}:${to.account}:key/${targetKeyId}`;
    return { id: AliasName, state: { name: AliasName, arn, targetKeyArn } };
  },
};

/** Pulumi's function of this name: a key's public half. */
export async function getPublicKey(
  { keyId }: Inputs,
  to: Target,
): Promise<{ publicKey: string; publicKeyPem: string }> {
  const { PublicKey } = await to.client(sdk.KMSClient).send(new sdk.GetPublicKeyCommand({ KeyId: keyId }));
  const der = Buffer.from(PublicKey ?? new Uint8Array());
  const pem = createPublicKey({ key: der, format: "der", type: "spki" }).export({ format: "pem", type: "spki" });
  return { publicKey: der.toString("base64"), publicKeyPem: String(pem) };
}
