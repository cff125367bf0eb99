import { createPublicKey } from "node:crypto";
import { GetPublicKeyCommand, type KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { sha256 } from "./plan.ts";

/** Who signs manifests. */
export interface Signer {
  /** ARN of the key, and the SHA-256 of its public half as DER (SubjectPublicKeyInfo); PEM is what goes into the bucket. */
  key(): Promise<{ arn: string; sha256: string; pem: string }>;
  /** @param digest SHA-256 of the manifest's bytes @returns ECDSA signature, DER */
  sign(digest: Uint8Array): Promise<Uint8Array>;
}

/**
 * Signs with an asymmetric key in KMS (ECC_NIST_P256): the private half never leaves KMS.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export function kmsSigner(kms: KMSClient, keyArn: string): Signer {
  const read = async () => {
    const { PublicKey, KeyId } = await kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
    if (!PublicKey) throw new Error(`KMS answered without the public key of ${keyArn}`);
    const der = Buffer.from(PublicKey);
    const pem = createPublicKey({ key: der, format: "der", type: "spki" }).export({ format: "pem", type: "spki" });
    return { arn: KeyId ?? keyArn, sha256: sha256(der), pem: String(pem) };
  };
  let known: ReturnType<typeof read> | undefined;
  return {
    key: () => {
      known ??= read();
      known.catch(() => {
        known = undefined;
      });
      return known;
    },
    sign: async (digest) => {
      const { Signature } = await kms.send(
        new SignCommand({
          KeyId: keyArn,
          Message: digest,
          MessageType: "DIGEST",
          SigningAlgorithm: "ECDSA_SHA_256",
        }),
      );
      if (!Signature) throw new Error(`KMS answered without a signature of ${keyArn}`);
      return Signature;
    },
  };
}
