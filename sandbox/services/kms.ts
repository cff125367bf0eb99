import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-kms";
import { publicKeyOf, scalarOf, signDigest, verifyDigest } from "../ecdsa.ts";
import { edwardsKeyOf, signMessage, verifyMessage } from "../ed25519.ts";
import { AwsError, type Call, type Permission, type Service } from "../service.ts";
import type { StoredKey } from "../state.ts";

const KINDS = [
  { spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT" },
  { spec: "ECC_NIST_P256", usage: "SIGN_VERIFY" },
  { spec: "ECC_NIST_EDWARDS25519", usage: "SIGN_VERIFY" },
] as const;
const DAY = 24 * 3600 * 1000;
const POLICY_LIMIT = 32_768;

const aliasArn = ({ region, account }: Call, name: string | undefined) =>
  name?.startsWith("arn:") ? name : `arn:aws:kms:${region}:${account}:${name ?? ""}`;

/** The key that an id, an ARN, an alias' name or an alias' ARN means. */
function keyOf(call: Call, id: string | undefined): StoredKey {
  const { region, account, state } = call;
  const isAlias = id?.startsWith("alias/") || id?.includes(":alias/");
  const arn = isAlias
    ? state.aliases.get(aliasArn(call, id))?.keyArn
    : id?.startsWith("arn:")
      ? id
      : `arn:aws:kms:${region}:${account}:key/${id ?? ""}`;
  const key = state.keys.get(arn ?? "");
  if (key && key.region === region) return key;
  throw new AwsError(
    "NotFoundException",
    isAlias ? `Alias ${aliasArn(call, id)} is not found.` : `Key '${arn ?? id}' does not exist`,
  );
}

const stateOf = (key: StoredKey, now: number): sdk.KeyState =>
  key.deletionDate === undefined ? "Enabled" : key.deletionDate <= now ? "Unavailable" : "PendingDeletion";

function usable(call: Call, id: string | undefined): StoredKey {
  const key = keyOf(call, id);
  const state = stateOf(key, call.now());
  if (state !== "Enabled")
    throw new AwsError(
      "KMSInvalidStateException",
      `${key.arn} is ${state === "PendingDeletion" ? "pending deletion" : "deleted"}.`,
    );
  return key;
}

const isEdwards = ({ spec }: StoredKey) => spec === "ECC_NIST_EDWARDS25519";
/** Of the algorithms of a key, the one that the sandbox offers. */
const algorithmOf = (key: StoredKey): sdk.SigningAlgorithmSpec =>
  isEdwards(key) ? "ED25519_SHA_512" : "ECDSA_SHA_256";
const isSigning = ({ usage }: StoredKey) => usage === "SIGN_VERIFY";
const facts = (key: StoredKey, call: Call): sdk.KeyMetadata => ({
  AWSAccountId: key.account,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: key.created,
  Enabled: key.deletionDate === undefined,
  Description: key.description,
  KeyUsage: key.usage,
  KeyState: stateOf(key, call.now()),
  ...(key.deletionDate === undefined ? {} : { DeletionDate: new Date(key.deletionDate) }),
  Origin: "AWS_KMS",
  KeyManager: "CUSTOMER",
  KeySpec: key.spec,
  CustomerMasterKeySpec: key.spec as sdk.CustomerMasterKeySpec,
  MultiRegion: false,
  ...(isSigning(key) ? { SigningAlgorithms: [algorithmOf(key)] } : { EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"] }),
});

interface OfKey {
  KeyId?: string | undefined;
}
/** Identity policies count for a key only as far as the key's policy hands them the decision. */
const onKey =
  <Input extends OfKey>(action: string, context: (input: Input, call: Call) => Record<string, string> = () => ({})) =>
  (input: Input, call: Call): Permission[] => {
    const key = keyOf(call, input.KeyId);
    const alias = input.KeyId?.includes("alias/") ? aliasArn(call, input.KeyId).split(":").pop() : undefined;
    return [
      {
        action: `kms:${action}`,
        resource: key.arn,
        owner: key.account,
        resourcePolicy: key.policy,
        context: {
          "kms:KeySpec": key.spec,
          "kms:KeyUsage": key.usage,
          ...(alias ? { "kms:RequestAlias": alias } : {}),
          ...context(input, call),
        },
      },
    ];
  };
interface OfAlias {
  AliasName?: string | undefined;
  TargetKeyId?: string | undefined;
}
const onAlias =
  (action: string) =>
  (input: OfAlias, call: Call): Permission[] => [
    { action: `kms:${action}`, resource: aliasArn(call, input.AliasName) },
    ...onKey(action)({ KeyId: input.TargetKeyId }, call),
  ];

const defaultPolicy = (account: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });

function checkedPolicy(policy: string): string {
  if (policy.length > POLICY_LIMIT)
    throw new AwsError("LimitExceededException", `The policy is longer than ${POLICY_LIMIT} characters.`);
  try {
    if ((JSON.parse(policy) as { Statement?: unknown }).Statement) return policy;
  } catch {}
  throw new AwsError("MalformedPolicyDocumentException", "The new key policy is not valid JSON with statements.");
}

interface Signed extends OfKey {
  Message?: Uint8Array | undefined;
  MessageType?: string | undefined;
  SigningAlgorithm?: string | undefined;
}
const signing = (action: string) =>
  onKey<Signed>(action, ({ MessageType = "RAW", SigningAlgorithm = "" }) => ({
    "kms:MessageType": MessageType,
    "kms:SigningAlgorithm": SigningAlgorithm,
  }));

function signable(call: Call, { KeyId, Message, MessageType, SigningAlgorithm }: Signed) {
  const key = usable(call, KeyId);
  if (!isSigning(key))
    throw new AwsError("InvalidKeyUsageException", `${key.arn} key usage is ${key.usage} which is not valid for Sign.`);
  if (SigningAlgorithm !== algorithmOf(key))
    throw new AwsError(
      "InvalidKeyUsageException",
      `Algorithm ${SigningAlgorithm} is incompatible with key spec ${key.spec}.`,
    );
  const message = Message ?? new Uint8Array();
  if (isEdwards(key)) {
    if (MessageType === "DIGEST")
      throw new AwsError("ValidationException", "ED25519_SHA_512 signs a message of type RAW, and no digest.");
  } else if (MessageType === "DIGEST") {
    if (message.length !== 32)
      throw new AwsError("ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256.");
    return {
      key,
      sign: () => signDigest(key.privateKey!, message),
      isOf: (signature: Uint8Array) => verifyDigest(key.privateKey!, message, signature),
    };
  }
  if (!message.length || message.length > 4096)
    throw new AwsError(
      "ValidationException",
      "Value at 'message' failed to satisfy constraint: Member must have length less than or equal to 4096",
    );
  if (isEdwards(key))
    return {
      key,
      sign: () => signMessage(key.privateKey!, message),
      isOf: (signature: Uint8Array) => verifyMessage(key.privateKey!, message, signature),
    };
  const digest = createHash("sha256").update(message).digest();
  return {
    key,
    sign: () => signDigest(key.privateKey!, digest),
    isOf: (signature: Uint8Array) => verifyDigest(key.privateKey!, digest, signature),
  };
}

/** Uses of keys that are remembered. */
const SIGNINGS = 10_000;

function remember({ state, account, region, principal, now, randomId }: Call, { arn }: StoredKey): void {
  const role = principal.kind === "role" ? { role: principal.roleArn } : {};
  state.signings.push({ id: randomId(20), at: now(), account, region, key: arn, ...role });
  state.signings.splice(0, state.signings.length - SIGNINGS);
}

function page<T>(all: readonly T[], input: { Marker?: string | undefined; Limit?: number | undefined }) {
  const start = Number(input.Marker ?? 0);
  const end = start + (input.Limit ?? 50);
  const Truncated = end < all.length;
  return { items: all.slice(start, end), Truncated, ...(Truncated ? { NextMarker: String(end) } : {}) };
}

/**
 * KMS: keys that sign (`ECC_NIST_P256`, `ECC_NIST_EDWARDS25519`), and symmetric keys as far as their settings go; nothing is encrypted.
 * Key policies decide, as AWS's documentation of them says.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
export const kms: Service = {
  signingName: "kms",
  iamPrefix: "kms",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateKey: {
      permissions: ({ Tags = [] }: sdk.CreateKeyRequest) =>
        ["kms:CreateKey", ...(Tags.length ? ["kms:TagResource"] : [])].map((action) => ({ action, resource: "*" })),
      run: (input: sdk.CreateKeyRequest, call): sdk.CreateKeyResponse => {
        const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
        const usage = input.KeyUsage ?? "ENCRYPT_DECRYPT";
        const keyKind = KINDS.find((kind) => kind.spec === spec && kind.usage === usage);
        if (!keyKind)
          throw new AwsError(
            "ValidationException",
            `KeyUsage ${usage} is not compatible with KeySpec ${spec}, or the sandbox does not make such keys`,
          );
        const id = call
          .randomId(32)
          .toLowerCase()
          .replace(/[g-z]/g, (letter) => (letter.charCodeAt(0) % 16).toString(16))
          .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
        const key: StoredKey = {
          account: call.account,
          region: call.region,
          id,
          arn: `arn:aws:kms:${call.region}:${call.account}:key/${id}`,
          created: new Date(call.now()),
          description: input.Description ?? "",
          ...keyKind,
          policy: input.Policy === undefined ? defaultPolicy(call.account) : checkedPolicy(input.Policy),
          rotated: false,
          tags: (input.Tags ?? []).map(({ TagKey, TagValue }) => ({ TagKey: TagKey ?? "", TagValue: TagValue ?? "" })),
          ...(keyKind.usage === "SIGN_VERIFY" ? { privateKey: scalarOf(Buffer.from(call.randomId(48))) } : {}),
        };
        call.state.keys.set(key.arn, key);
        return { KeyMetadata: facts(key, call) };
      },
    },
    DescribeKey: {
      permissions: onKey("DescribeKey"),
      run: ({ KeyId }: sdk.DescribeKeyRequest, call): sdk.DescribeKeyResponse => ({
        KeyMetadata: facts(keyOf(call, KeyId), call),
      }),
    },
    ListKeys: {
      run: (input: sdk.ListKeysRequest, call): sdk.ListKeysResponse => {
        const own = [...call.state.keys.values()].filter(
          ({ account, region }) => account === call.account && region === call.region,
        );
        const { items, ...more } = page(own, { ...input, Limit: input.Limit ?? 100 });
        return { Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })), ...more };
      },
    },
    GetPublicKey: {
      permissions: onKey("GetPublicKey"),
      run: ({ KeyId }: sdk.GetPublicKeyRequest, call): sdk.GetPublicKeyResponse => {
        const key = usable(call, KeyId);
        if (!key.privateKey)
          throw new AwsError("UnsupportedOperationException", `GetPublicKey is not valid for ${key.spec} keys.`);
        return {
          KeyId: key.arn,
          PublicKey: isEdwards(key) ? edwardsKeyOf(key.privateKey) : publicKeyOf(key.privateKey),
          KeySpec: key.spec,
          KeyUsage: key.usage,
          SigningAlgorithms: [algorithmOf(key)],
        };
      },
    },
    Sign: {
      permissions: signing("Sign"),
      run: (input: Signed, call): sdk.SignResponse => {
        const { key, sign } = signable(call, input);
        remember(call, key);
        return { KeyId: key.arn, Signature: sign(), SigningAlgorithm: algorithmOf(key) };
      },
    },
    Verify: {
      permissions: signing("Verify"),
      run: (input: Signed & { Signature?: Uint8Array }, call): sdk.VerifyResponse => {
        const { key, isOf } = signable(call, input);
        if (!isOf(input.Signature ?? new Uint8Array())) throw new AwsError("KMSInvalidSignatureException", "");
        return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithmOf(key) };
      },
    },
    ScheduleKeyDeletion: {
      permissions: onKey("ScheduleKeyDeletion", ({ PendingWindowInDays = 30 }: sdk.ScheduleKeyDeletionRequest) => ({
        "kms:ScheduleKeyDeletionPendingWindowInDays": String(PendingWindowInDays),
      })),
      run: (input: sdk.ScheduleKeyDeletionRequest, call): sdk.ScheduleKeyDeletionResponse => {
        const key = usable(call, input.KeyId);
        const days = input.PendingWindowInDays ?? 30;
        if (days < 7 || days > 30)
          throw new AwsError("ValidationException", "PendingWindowInDays must be between 7 and 30");
        key.deletionDate = call.now() + days * DAY;
        return {
          KeyId: key.arn,
          DeletionDate: new Date(key.deletionDate),
          KeyState: "PendingDeletion",
          PendingWindowInDays: days,
        };
      },
    },
    CancelKeyDeletion: {
      permissions: onKey("CancelKeyDeletion"),
      run: ({ KeyId }: sdk.CancelKeyDeletionRequest, call): sdk.CancelKeyDeletionResponse => {
        const key = keyOf(call, KeyId);
        if (stateOf(key, call.now()) !== "PendingDeletion")
          throw new AwsError("KMSInvalidStateException", `${key.arn} is not pending deletion.`);
        key.deletionDate = undefined;
        return { KeyId: key.arn };
      },
    },
    GetKeyPolicy: {
      permissions: onKey("GetKeyPolicy"),
      run: ({ KeyId }: sdk.GetKeyPolicyRequest, call): sdk.GetKeyPolicyResponse => ({
        Policy: keyOf(call, KeyId).policy,
        PolicyName: "default",
      }),
    },
    PutKeyPolicy: {
      permissions: onKey("PutKeyPolicy"),
      run: (input: sdk.PutKeyPolicyRequest, call) => {
        usable(call, input.KeyId).policy = checkedPolicy(input.Policy ?? "");
        return {};
      },
    },
    EnableKeyRotation: {
      permissions: onKey("EnableKeyRotation"),
      run: ({ KeyId }: sdk.EnableKeyRotationRequest, call) => {
        const key = usable(call, KeyId);
        if (isSigning(key))
          throw new AwsError("UnsupportedOperationException", `${key.arn} is an asymmetric key, which is not rotated.`);
        key.rotated = true;
        return {};
      },
    },
    GetKeyRotationStatus: {
      permissions: onKey("GetKeyRotationStatus"),
      run: ({ KeyId }: sdk.GetKeyRotationStatusRequest, call): sdk.GetKeyRotationStatusResponse => {
        const key = keyOf(call, KeyId);
        return { KeyId: key.id, KeyRotationEnabled: key.rotated };
      },
    },
    TagResource: {
      permissions: onKey("TagResource"),
      run: ({ KeyId, Tags = [] }: sdk.TagResourceRequest, call) => {
        const key = usable(call, KeyId);
        const set = new Map([...key.tags, ...Tags].map(({ TagKey = "", TagValue = "" }) => [TagKey, TagValue]));
        key.tags = [...set].map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
        return {};
      },
    },
    ListResourceTags: {
      permissions: onKey("ListResourceTags"),
      run: (input: sdk.ListResourceTagsRequest, call): sdk.ListResourceTagsResponse => {
        const { items, ...more } = page(keyOf(call, input.KeyId).tags, input);
        return { Tags: items, ...more };
      },
    },
    CreateAlias: {
      permissions: onAlias("CreateAlias"),
      run: ({ AliasName = "", TargetKeyId }: sdk.CreateAliasRequest, call) => {
        if (!/^alias\/(?!aws\/)[\w/-]+$/.test(AliasName))
          throw new AwsError("InvalidAliasNameException", `${AliasName} is not a name of an alias: alias/<name>`);
        const arn = aliasArn(call, AliasName);
        if (call.state.aliases.has(arn))
          throw new AwsError("AlreadyExistsException", `An alias with the name ${arn} already exists`);
        const created = new Date(call.now());
        call.state.aliases.set(arn, { name: AliasName, arn, keyArn: usable(call, TargetKeyId).arn, created });
        return {};
      },
    },
    UpdateAlias: {
      permissions: onAlias("UpdateAlias"),
      run: ({ AliasName, TargetKeyId }: sdk.UpdateAliasRequest, call) => {
        const alias = call.state.aliases.get(aliasArn(call, AliasName));
        if (!alias) throw new AwsError("NotFoundException", `Alias ${aliasArn(call, AliasName)} is not found.`);
        alias.keyArn = usable(call, TargetKeyId).arn;
        return {};
      },
    },
    ListAliases: {
      run: (input: sdk.ListAliasesRequest, call): sdk.ListAliasesResponse => {
        const here = `arn:aws:kms:${call.region}:${call.account}:`;
        const key = input.KeyId === undefined ? undefined : keyOf(call, input.KeyId).arn;
        const own = [...call.state.aliases.values()].filter(
          ({ arn, keyArn }) => arn.startsWith(here) && (key === undefined || key === keyArn),
        );
        const { items, ...more } = page(own, input);
        return {
          Aliases: items.map(({ name, arn, keyArn, created }) => ({
            AliasName: name,
            AliasArn: arn,
            TargetKeyId: keyArn.split("/").pop(),
            CreationDate: created,
          })),
          ...more,
        };
      },
    },
    DeleteAlias: {
      permissions: ({ AliasName }: sdk.DeleteAliasRequest, call) =>
        onAlias("DeleteAlias")(
          { AliasName, TargetKeyId: call.state.aliases.get(aliasArn(call, AliasName))?.keyArn },
          call,
        ),
      run: ({ AliasName }: sdk.DeleteAliasRequest, call) => {
        if (!call.state.aliases.delete(aliasArn(call, AliasName)))
          throw new AwsError("NotFoundException", `Alias ${aliasArn(call, AliasName)} is not found.`);
        return {};
      },
    },
  },
};
