import { createPublicKey } from "node:crypto";
import { KMSClient } from "@aws-sdk/client-kms";
import { awsClock, withAwsTime } from "../../src/collect/awsClock.ts";
import { WAITS } from "../../src/collect/clientOptions.ts";
import type { Caller } from "../../src/desk/caller.ts";
import { deskClient } from "../../src/desk/deskConnections.ts";
import { deskSigner } from "../../src/desk/deskKey.ts";
import { kmsSigner, type Signer } from "../../src/evidence/signer.ts";
import { printable } from "../../src/query/printable.ts";
import { CliError } from "../cliError.ts";

/**
 * Who signs a run from a desk: the desk's own key, or a key in KMS, which is asked for its public half at once.
 * @throws CliError where the key in KMS is none that can sign, before anything is read for it
 */
export async function signerOf(kmsKey: string | undefined, caller: () => Promise<Caller>): Promise<Signer> {
  if (!kmsKey) return deskSigner();
  const { region, credentials, clockOffset } = await caller();
  const kms = withAwsTime(
    new KMSClient({ ...deskClient(process.env)(WAITS), region: kmsKey.split(":")[3] || region, credentials }),
    awsClock(clockOffset),
  );
  const { key, sign } = kmsSigner(kms, kmsKey);
  const { pem } = await key().catch((error: Error) => {
    throw new CliError(
      `--kms-key ${kmsKey}: KMS does not give its public key (${printable(`${error.name}: ${error.message}`)}). It takes an asymmetric key (ECC_NIST_P256, SIGN_VERIFY), and kms:GetPublicKey and kms:Sign on it`,
    );
  });
  const { asymmetricKeyDetails } = createPublicKey(pem);
  if (asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new CliError(`--kms-key ${kmsKey}: it is no key on P-256; name one that was made with ECC_NIST_P256`);
  // Whoever may sign with it can sign what they like: it is a desk's key wherever it is kept.
  return { sign, key: async () => ({ ...(await key()), holder: "desk" }) };
}
