import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Days that a key marked for deletion can still be saved: the longest KMS offers. */
const WAITING_DAYS = 30;

/** Everything an administrator does with a key, but not signing with it, and no grant by which another could. */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:EnableKey",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:GetPublicKey",
  "kms:ListKeyPolicies",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateKeyDescription",
];

interface Holder {
  partition: string;
  accountId: string;
  /** ARN of the only role that may sign. */
  signerArn: string;
}

/**
 * Only the sealer signs: the account's own policies cannot grant `kms:Sign` to anybody else, since the key's policy
 * does not hand that decision to the account. Nobody shortens the waiting period before the key is gone.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
export const keyPolicy = ({ partition, accountId, signerArn }: Holder) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Administer",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: ADMINISTRATION,
      Resource: "*",
    },
    {
      Sid: "SealerSigns",
      Effect: "Allow",
      // Not the role itself: KMS stores that by its unique id, and the key would be lost with the role.
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: "kms:Sign",
      Resource: "*",
      Condition: {
        ArnEquals: { "aws:PrincipalArn": signerArn },
        StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "DIGEST" },
      },
    },
    {
      Sid: "NobodyHastens",
      Effect: "Deny",
      Principal: "*",
      Action: "kms:ScheduleKeyDeletion",
      Resource: "*",
      Condition: { NumericLessThan: { "kms:ScheduleKeyDeletionPendingWindowInDays": String(WAITING_DAYS) } },
    },
  ],
});

/** The key that manifests are signed with: its private half stays in KMS, its public half is an output. */
export class SigningKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** PEM (SubjectPublicKeyInfo): what `itaudit verify --public-key` and `openssl dgst -verify` take. */
  readonly publicKey: pulumi.Output<string>;

  constructor(
    name: string,
    args: { signerArn: pulumi.Input<string>; partition: pulumi.Input<string>; accountId: pulumi.Input<string> },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("audit-ecosystem:index:SigningKey", name, {}, opts);
    const key = new aws.kms.Key(
      name,
      {
        description: pulumi.interpolate`Signs the manifests that ${args.signerArn} writes`,
        keyUsage: "SIGN_VERIFY",
        customerMasterKeySpec: "ECC_NIST_P256",
        deletionWindowInDays: WAITING_DAYS,
        policy: pulumi
          .output({ partition: args.partition, accountId: args.accountId, signerArn: args.signerArn })
          .apply((holder) => JSON.stringify(keyPolicy(holder))),
      },
      // Runs signed with it are still to be healed and looked up after the stack is gone.
      { parent: this, retainOnDelete: true },
    );
    this.arn = key.arn;
    this.publicKey = aws.kms.getPublicKeyOutput({ keyId: key.arn }, { parent: this }).publicKeyPem;
    this.registerOutputs({ arn: this.arn, publicKey: this.publicKey });
  }
}
