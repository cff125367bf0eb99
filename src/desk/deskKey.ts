import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { makeFolder } from "../evidence/folders.ts";
import { sha256 } from "../evidence/plan.ts";
import type { Signer } from "../evidence/signer.ts";

/** A key of the desk cannot be used; the message says why, and what to do. */
export class DeskKeyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DeskKeyError";
  }
}

/** @see https://specifications.freedesktop.org/basedir-spec/latest/ which has a path that is not absolute ignored */
export function configurationFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CONFIG_HOME: named } = env;
  return join(named && isAbsolute(named) ? named : join(homedir(), ".config"), "audit-ecosystem");
}

/** Where the public half of the key of this desk is: who is given it can verify what the desk has signed. */
export const publicKeyFile = (folder = configurationFolder()): string => join(folder, "desk-key.pub.pem");

/**
 * Signs with a key of this desk (ECDSA on P-256), which is made when it is used for the first time and which nobody but
 * its user can read. It proves that nothing has changed since, to who trusts the desk.
 * @throws DeskKeyError where others can read the key
 */
export async function deskSigner(folder = configurationFolder()): Promise<Signer> {
  const key = createPrivateKey(await secretFile(join(folder, "desk-key.pem"), newKey));
  const publicKey = createPublicKey(key);
  const known = {
    sha256: sha256(publicKey.export({ format: "der", type: "spki" })),
    pem: String(publicKey.export({ format: "pem", type: "spki" })),
    holder: "desk" as const,
  };
  await writeFile(publicKeyFile(folder), known.pem);
  return { key: async () => known, sign: async (message) => sign("sha256", message, key) };
}

/** A secret of this desk that keys the digests of what can be a secret, so that they are the same in each of its runs. */
export const deskDigestKey = async (folder = configurationFolder()): Promise<string> =>
  (await secretFile(join(folder, "desk-digest-key"), () => randomBytes(32).toString("hex"))).trim();

function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return String(privateKey.export({ format: "pem", type: "pkcs8" }));
}

/** A secret in a file that only its user reads; made where it is not there. */
async function secretFile(path: string, make: () => string): Promise<string> {
  try {
    await makeFolder(dirname(path), 0o700);
    // Of two that make it at once, the first to write counts.
    await writeFile(path, make(), { flag: "wx", mode: 0o600 });
    await chmod(path, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST")
      throw new DeskKeyError(
        `${path}: the key of this desk cannot be kept there (${code}). Set XDG_CONFIG_HOME to a folder that you can write to`,
      );
  }
  const { mode } = await stat(path);
  if (process.platform !== "win32" && mode & 0o077)
    throw new DeskKeyError(`${path}: others than you can read the key of this desk. Try: chmod 600 ${path}`);
  return readFile(path, "utf8");
}
