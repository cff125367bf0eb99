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
    const failed = whatWentWrong(member.name);
    const stack = await automation.LocalWorkspace.createOrSelectStack(
      { stackName: member.name, workDir },
      { pulumiCommand },
    ).catch(failed);
    await stack.setAllConfig(configOf(member), true).catch(failed);
    const { summary } = await stack.up({ color: "never", userAgent: "itaudit" }).catch(failed);
    return Object.fromEntries(Object.entries(summary.resourceChanges ?? {}));
  };
}

/** What Pulumi says at the end of each update that failed, whatever the reason. */
const WHATEVER = /^(update|preview) failed$/;

/**
 * An error of the CLI has all its output, some of it twice: the lines that say what went wrong, or else the last ones.
 * @throws Error always
 */
function whatWentWrong(stack: string): (thrown: unknown) => never {
  return (thrown) => {
    const lines = (thrown as Error).message
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
    const errors = lines.flatMap((line) => /^error:\s*(.+)$/i.exec(line)?.[1] ?? []);
    const reasons = errors.filter((line) => !WHATEVER.test(line));
    const chosen = [reasons, errors, lines].find((each) => each.length) ?? [];
    const reason = [...new Set(chosen)].slice(-LINES).join("; ");
    throw new Error(reason.replaceAll("`pulumi cancel`", `\`pulumi cancel --stack ${stack}\``));
  };
}
