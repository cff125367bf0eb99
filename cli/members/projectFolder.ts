import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { CliError } from "../cliError.ts";
import { yamlIn } from "../yamlFile.ts";

/** Name of the Pulumi project whose program makes member stacks; the keys of their configuration begin with it. */
const PROJECT = "audit-ecosystem";
const ProjectFile = z.object({ name: z.string() });

/**
 * A folder from which Pulumi runs the program that makes member stacks.
 * @throws CliError where it would run another: that would come up in each account
 */
export async function projectFolder(folder: string): Promise<string> {
  const text = await readFile(join(folder, "Pulumi.yaml"), "utf8").catch(() => "");
  const project = ProjectFile.safeParse(yamlIn(text, join(folder, "Pulumi.yaml")));
  if (project.data?.name === PROJECT) return folder;
  const there = project.success
    ? `Pulumi.yaml in ${folder} is of the project ${project.data.name}`
    : `there is no Pulumi.yaml of a project in ${folder}`;
  throw new CliError(`${there}: run it in the checkout of ${PROJECT}, whose program it brings up. Nothing was changed`);
}
