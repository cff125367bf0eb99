import { createPublicKey } from "node:crypto";
import { GetPublicKeyCommand, type KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { cosignature, cosignedBy, cosignedMessage, rawOf } from "./cosignature.ts";
import type { NoteSignature } from "./note.ts";

/**
 * Cosigns checkpoints with an Ed25519 key in KMS.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export function kmsCosigner(
  kms: KMSClient,
  { keyArn, name, now }: { keyArn: string; name: string; now: () => number },
): (checkpoint: string) => Promise<NoteSignature> {
  return async (checkpoint) => {
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
    if (!PublicKey) throw new Error(`KMS answered without the public key of ${keyArn}`);
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
    const time = Math.floor(now() / 1000);
    const { Signature } = await kms.send(
      new SignCommand({
        KeyId: keyArn,
        Message: cosignedMessage(time, checkpoint),
        MessageType: "RAW",
        SigningAlgorithm: "ED25519_SHA_512",
      }),
    );
    if (!Signature) throw new Error(`KMS answered without a signature of ${keyArn}`);
    const raw = rawOf(key);
    const line = cosignature(name, raw, time, Signature);
    if (!(cosignedBy({ name, raw, key }, line, checkpoint) instanceof Date))
      throw new Error(`KMS answered with a signature that does not fit the public key of ${keyArn}`);
    return line;
  };
}
