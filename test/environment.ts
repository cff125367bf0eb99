/**
 * Puts the environment back variable by variable. A `process.env` that is replaced is no longer what the process has:
 * `os.homedir` and native code go on reading the other, also in test files that the same worker runs later.
 * @param before a copy of what it was
 */
export function restoreEnvironment(before: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
}
