import { automation } from "@pulumi/pulumi";
import { CliError } from "../cliError.ts";
import type { BringUp } from "./bringAllUp.ts";
import type { MemberStack } from "./memberStack.ts";

/** The last lines of what Pulumi said. */
const LINES = 6;

/** What a stack's configuration holds, by the keys that Pulumi knows; `assumeRoles` is the AWS provider's. */
export function configOf({ config, region, assumes }: MemberStack): automation.ConfigMap {
  const keys = Object.entries(config).map(([key, value]) => [`audit-ecosystem:${key}`, value]);
  return Object.fromEntries(
    [...keys, ["aws:region", region], ...(assumes ? [["aws:assumeRoles[0].roleArn", assumes]] : [])].map(
      ([key, value]) => [key, { value: value! }],
    ),
  );
}

/**
 * Brings stacks up with the Pulumi CLI, by the Automation API, from the project's folder: each is selected or made,
 * configured (`Pulumi.<stack>.yaml`) and updated.
 * @see https://www.pulumi.com/docs/iac/automation-api/
 * @throws CliError when there is no Pulumi CLI, or one that is too old
 */
export async function pulumiUp(workDir: string): Promise<BringUp> {
  const pulumiCommand = await automation.PulumiCommand.get().catch((error: Error): never => {
    throw new CliError(
      /ENOENT|not found/i.test(error.message)
        ? "there is no Pulumi CLI on the PATH: https://www.pulumi.com/docs/install/. Nothing was changed"
        : `the Pulumi CLI cannot be used: ${error.message.split("\n")[0]}. Nothing was changed`,
    );
  });
  return async (member) => {
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName: member.name, workDir },
      { pulumiCommand },
    ).catch(lastLines);
    await stack.setAllConfig(configOf(member), true).catch(lastLines);
    const { summary } = await stack.up({ color: "never", userAgent: "itaudit" }).catch(lastLines);
    return Object.fromEntries(Object.entries(summary.resourceChanges ?? {}));
  };
}

/** An error of the CLI has all its output; what went wrong stands at its end. */
function lastLines(thrown: unknown): never {
  const { message } = thrown as Error;
  const said = message
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^error:/i.test(line));
  const lines = said.length
    ? said
    : message
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
  throw new Error(lines.slice(-LINES).join("; "));
}
