import { createPublicKey } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { originOf } from "../src/evidence/witness/checkpoint.ts";
import { rawOf, vkeyOf } from "../src/evidence/witness/cosignature.ts";
import { prepareBundles } from "./bundle.ts";
import { SYSTEM_PATH } from "./memberAccount.ts";
import { witnessPermissions } from "./permissions.ts";
import { secureBucket, tlsOnly } from "./secureBucket.ts";
import { SystemFunction } from "./systemFunction.ts";

/** What a {@link Witness} must be told. */
export interface WitnessArgs {
  /** As the witness calls itself in cosignatures: an address without scheme, such as `auditors.example/w1`. */
  witnessName: string;
  /** Name of the evidence bucket that it watches. */
  bucketName: string;
  /** PEM of the deployment's signing key; several one after the other after a change of key. */
  publicKeys: pulumi.Input<string>;
  /** Account of the deployment: its sealer asks. */
  auditAccountId: string;
  /** First part of every name. Default: `audit`. */
  namePrefix?: string;
  /** Days that the function's log lines are kept. Default: 90. */
  logRetentionDays?: number;
}

const WAITING_DAYS = 30;

/**
 * Only the witness's role signs, as account policies cannot grant it to another.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
export const witnessKeyPolicy = (partition: string, accountId: string, signerArn: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Administer",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: [
        "kms:CancelKeyDeletion",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:GetPublicKey",
        "kms:ListResourceTags",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UntagResource",
      ],
      Resource: "*",
    },
    {
      Sid: "WitnessSigns",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: "kms:Sign",
      Resource: "*",
      Condition: {
        ArnEquals: { "aws:PrincipalArn": signerArn },
        StringEquals: { "kms:SigningAlgorithm": "ED25519_SHA_512", "kms:MessageType": "RAW" },
      },
    },
  ],
});

/** What the witness remembers is written once, over TLS, and not deleted by its function. */
export const witnessBucketPolicy = (bucketArn: string, roleArn: string) => ({
  Version: "2012-10-17",
  Statement: [
    tlsOnly(bucketArn),
    {
      Sid: "NothingIsForgotten",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: `${bucketArn}/*`,
      Condition: { ArnEquals: { "aws:PrincipalArn": roleArn } },
    },
  ],
});

/**
 * Somebody outside who remembers a chain of sealed runs, and cosigns it only as long as it goes on: one function, one
 * key and one bucket, in an account that the deployment's administrators do not have.
 */
export class Witness extends pulumi.ComponentResource {
  readonly functionArn: pulumi.Output<string>;
  /** Its public key as a line, for `itaudit verify --witness`. */
  readonly verifierKey: pulumi.Output<string>;
  readonly stateBucketName: pulumi.Output<string>;

  constructor(name: string, args: WitnessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:Witness", name, {}, opts);
    const child = { parent: this };
    const functionName = `${args.namePrefix ?? "audit"}-witness`;
    const { partition } = aws.getPartitionOutput({}, child);
    const { accountId } = aws.getCallerIdentityOutput({}, child);
    const roleArn = pulumi.interpolate`arn:${partition}:iam::${accountId}:role${SYSTEM_PATH}${functionName}`;
    // What it has seen, and by which key, outlives the stack.
    const retained = { ...child, retainOnDelete: true };
    const bucket = new aws.s3.Bucket(name, {}, retained);
    new aws.s3.BucketVersioning(name, { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } }, retained);
    const policy = pulumi.all([bucket.arn, roleArn]).apply((arns) => witnessBucketPolicy(...arns));
    secureBucket(name, bucket, { policy }, retained);
    const key = new aws.kms.Key(
      name,
      {
        description: pulumi.interpolate`Cosigns what ${roleArn} has seen`,
        keyUsage: "SIGN_VERIFY",
        customerMasterKeySpec: "ECC_NIST_EDWARDS25519",
        deletionWindowInDays: WAITING_DAYS,
        policy: pulumi
          .all([partition, accountId, roleArn])
          .apply((known) => JSON.stringify(witnessKeyPolicy(...known))),
      },
      retained,
    );
    prepareBundles([{ kind: "witness" }]);
    const witness = new SystemFunction(
      name,
      {
        functionName,
        handler: { kind: "witness" },
        timeout: 30,
        memorySize: 256,
        logRetentionDays: args.logRetentionDays ?? 90,
        environment: {
          STATE_BUCKET: bucket.bucket,
          WITNESS_KEY: key.arn,
          WITNESS_NAME: args.witnessName,
          LOG_ORIGIN: originOf(args.bucketName),
          LOG_PUBLIC_KEYS: args.publicKeys,
        },
        permissions: pulumi.all([bucket.arn, key.arn]).apply((arns) => witnessPermissions(...arns)),
      },
      child,
    );
    // The account, and not the sealer's role: who has no checkpoint that the deployment's key signed is refused.
    new aws.lambda.Permission(
      name,
      { function: witness.name, action: "lambda:InvokeFunction", principal: args.auditAccountId },
      child,
    );
    const pem = aws.kms.getPublicKeyOutput({ keyId: key.arn }, child).publicKeyPem;
    this.functionArn = witness.arn;
    this.verifierKey = pem.apply((text) => vkeyOf(args.witnessName, rawOf(createPublicKey(text))));
    this.stateBucketName = bucket.bucket;
    this.registerOutputs({
      functionArn: this.functionArn,
      verifierKey: this.verifierKey,
      stateBucketName: this.stateBucketName,
    });
  }
}
