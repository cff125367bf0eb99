import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { CliError } from "../cliError.ts";
import { print } from "../terminal.ts";

export const auditorCommand = (program: Command): Command => {
  const auditor = program.command("auditor").description("write declarations of services to audit");
  auditor
    .command("new")
    .description("start a declaration from the listings of an SDK package")
    .argument("<service>", "as the SDK's package is named: efs for @aws-sdk/client-efs")
    .option("--name <name>", "name of the service and its file, letters and digits (default: the package's)")
    .option("--print", "print the declaration instead of writing a file")
    .addHelpText(
      "after",
      `
Examples:
  itaudit auditor new efs
  itaudit auditor new elastic-load-balancing-v2 --name elbv2 --print
In a checkout this creates src/auditors/services/<name>.ts, in your own program <name>.ts next to it.
Next steps: docs/adding-an-auditor.md`,
    )
    .action(async (service: string, options: { name?: string; print?: boolean }) => {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(service))
        throw new CliError(
          `${service}: the service as its SDK package is named is expected, efs for @aws-sdk/client-efs`,
        );
      const sdkPackage = `@aws-sdk/client-${service}`;
      const sdk = await import(sdkPackage).catch(() => {
        throw new CliError(`${sdkPackage} is not installed: npm install ${sdkPackage}`);
      });
      const { needingInput, scaffold } = await import("../scaffold.ts");
      const own = !existsSync("src/auditors/registry.ts");
      const name = options.name ?? service.replace(/[^a-z0-9]/g, "");
      if (!/^[a-z][a-z0-9]*$/.test(name))
        throw new CliError(`--name ${name}: small letters and digits are expected, as it is a variable and a file`);
      const text = scaffold(name, sdkPackage, sdk, own);
      if (options.print) {
        print(text);
        return;
      }
      const file = own ? `${name}.ts` : `src/auditors/services/${name}.ts`;
      await writeFile(file, text, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "EEXIST"
          ? new CliError(`${file} is there already; --name gives another, --print shows it`)
          : error;
      });
      print(
        `${file}: resolve its TODOs, then ${
          own
            ? `give your program's AuditAccount and MemberAccount
  await ownAuditor(${name})
of audit-ecosystem/auditors.`
            : `add to src/auditors/registry.ts
  ${name}: () => import("./services/${name}.ts").then(({ ${name} }) => ${name}),
and its name to a group.`
        } These operations ask for input, for details and for listings below a parent:
  ${needingInput(sdk).join("\n  ")}`,
      );
    });
  return auditor;
};
