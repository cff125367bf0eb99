import type { Command } from "commander";
import { CliError } from "../cliError.ts";
import { list, print } from "../terminal.ts";

interface ResourcesOptions {
  services?: string[];
  count?: boolean;
  json?: boolean;
}

export const resourcesCommand = (program: Command): Command =>
  program
    .command("resources")
    .description("list what is audited: resource types with their operations and permissions")
    .option("--services <names>", "only types of these services, comma-separated", list)
    .option("--count", "print only the totals")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  itaudit resources --count
  itaudit resources --services rds,iam
  itaudit resources --json | jq -r '.[] | select(.actions[] == "s3:GetBucketPolicy") | .type'`,
    )
    .action(async ({ services: chosen, count, json }: ResourcesOptions) => {
      const [{ loadServices, UnknownAuditorError }, { documentedTypes }] = await Promise.all([
        import("../../src/auditors/registry.ts"),
        import("../../src/auditors/resourceTypes.ts"),
      ]);
      const services = await loadServices(chosen).catch((error: Error) => {
        throw error instanceof UnknownAuditorError ? new CliError(`--services: ${error.message}`) : error;
      });
      const types = documentedTypes(services);
      if (count) {
        const sum = (of: "operations" | "actions") => new Set(types.flatMap((each) => each[of])).size;
        const numbers = {
          services: services.length,
          resource_types: types.length,
          operations: sum("operations"),
          actions: sum("actions"),
        };
        print(
          json
            ? JSON.stringify(numbers)
            : Object.entries(numbers)
                .map(([what, n]) => `${String(n).padStart(5)} ${what.replace("_", " ")}`)
                .join("\n"),
        );
        return;
      }
      if (json) {
        print(JSON.stringify(types, null, 2));
        return;
      }
      const { default: Table } = await import("cli-table3");
      const table = new Table({ head: ["type", "service", "scope", "operations"], style: { head: [], border: [] } });
      for (const { type, service, scope, operations } of types)
        table.push([type, service, scope.join(", "), operations.join("\n")]);
      print(table.toString());
    });
