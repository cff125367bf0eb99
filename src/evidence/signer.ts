import { createPublicKey, verify } from "node:crypto";
import { GetPublicKeyCommand, type KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { withLowS } from "./ecdsa.ts";
import { sha256 } from "./plan.ts";

/** A key that manifests are signed with. */
export interface SigningKey {
  /** Of a key in KMS; a desk's key has none. */
  arn?: string | undefined;
  /** SHA-256 of the public half as DER (SubjectPublicKeyInfo), hex. */
  sha256: string;
  /** The public half, for the bucket. */
  pem: string;
  /** Whose it is: the deployment's own key in KMS, or the key of a person who collected from a desk. */
  holder: "deployment" | "desk";
}

/** Who signs manifests. */
export interface Signer {
  key(): Promise<SigningKey>;
  /** @param message what is signed, whole @returns ECDSA signature on P-256 with SHA-256, DER */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/**
 * Signs with an asymmetric key in KMS (ECC_NIST_P256): the private half never leaves KMS. A signature that does not
 * fit the public key, as an answer that was damaged on its way, is an error, as what is written is never replaced.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export function kmsSigner(kms: KMSClient, keyArn: string): Signer {
  const read = async () => {
    const { PublicKey, KeyId } = await kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
    if (!PublicKey) throw new Error(`KMS answered without the public key of ${keyArn}`);
    const der = Buffer.from(PublicKey);
    const pem = createPublicKey({ key: der, format: "der", type: "spki" }).export({ format: "pem", type: "spki" });
    return { arn: KeyId ?? keyArn, sha256: sha256(der), pem: String(pem), holder: "deployment" as const };
  };
  let known: ReturnType<typeof read> | undefined;
  const key = () => {
    known ??= read();
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  return {
    key,
    sign: async (message) => {
      const { Signature } = await kms.send(
        new SignCommand({
          KeyId: keyArn,
          Message: Buffer.from(sha256(message), "hex"),
          MessageType: "DIGEST",
          SigningAlgorithm: "ECDSA_SHA_256",
        }),
      );
      if (!Signature) throw new Error(`KMS answered without a signature of ${keyArn}`);
      const signature = withLowS(Signature);
      if (!verify("sha256", message, (await key()).pem, signature))
        throw new Error(`KMS answered with a signature that does not fit the public key of ${keyArn}`);
      return signature;
    },
  };
}
