import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { type ProgramRun, serveLanguageHost } from "./languageHost.ts";
import { type ProviderArgs, serveProvider } from "./provider.ts";

const onPath = (program: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const versionOf = (sdk: string): string => createRequire(import.meta.url)(`${sdk}/package.json`).version;

/** Servers of a Pulumi CLI whose resources are made in a sandbox. */
export interface PulumiServers {
  /** By which a CLI finds them; without any of AWS, and without a look for plugins elsewhere. */
  environment: Record<string, string>;
  close: () => void;
}

/**
 * Starts providers of `aws` and `random` over the sandbox, and a host for Node.js programs where Pulumi's is not there.
 * @param ran is told by that host of each run of a program that it has ended
 */
export async function pulumiServers(
  args: Omit<ProviderArgs, "version">,
  ran?: (run: ProgramRun) => void,
): Promise<PulumiServers> {
  const [aws, random] = await Promise.all(
    ["@pulumi/aws", "@pulumi/random"].map((sdk) => serveProvider({ ...args, version: versionOf(sdk) })),
  );
  const host = onPath("pulumi-language-nodejs") ? undefined : await serveLanguageHost(ran);
  return {
    environment: {
      PULUMI_DEBUG_PROVIDERS: `aws:${aws!.port},random:${random!.port}`,
      ...(host ? { PULUMI_DEBUG_LANGUAGES: `nodejs:${host.port}` } : {}),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    },
    close: () => {
      for (const server of [aws, random, host]) server?.close();
    },
  };
}
