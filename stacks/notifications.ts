import { readFile } from "node:fs/promises";
import type { NotificationSettings } from "../components/notifications.ts";
import { typesOf } from "../src/auditors/collector.ts";
import type { AuditorOutline } from "../src/auditors/outline.ts";
import { loadControls, SEVERITIES } from "../src/controls/control.ts";
import { ExceptionsError, parseExceptions } from "../src/controls/exceptions.ts";
import type { NotifySettings } from "./config/notify.ts";
import { ConfigError } from "./config/value.ts";

/** Of which findings people are told: those of the controls about what the auditors read, from a severity on. */
export async function notificationsOf(
  { severity, exceptions: path, ...channels }: NotifySettings,
  auditors: readonly AuditorOutline[],
): Promise<NotificationSettings> {
  const all = await loadControls();
  const types = new Set<string>(auditors.flatMap(typesOf));
  const controls = all.filter(
    (control) =>
      SEVERITIES.indexOf(control.severity) <= SEVERITIES.indexOf(severity) &&
      [control.resource, ...control.needs].every((type) => types.has(type)),
  );
  if (path === undefined) return { ...channels, controls };
  try {
    return { ...channels, controls, exceptions: parseExceptions(await readFile(path, "utf8"), path, all) };
  } catch (error) {
    if (!(error instanceof ExceptionsError) && (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new ConfigError(
      "notifyExceptions",
      path,
      (error as Error).message,
      "pulumi config set notifyExceptions exceptions.yaml",
    );
  }
}
