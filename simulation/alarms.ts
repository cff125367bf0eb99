import type { Invocation } from "../sandbox/service.ts";

/** Functions whose errors are an alarm, as `components/alarms.ts` has them; those of auditors end at the recorder. */
const WATCHED = ["boss", "sealer", "recorder", "watchdog"];

/** The alarms that went off while a run was played, by the names that they are deployed with. */
export class RaisedAlarms {
  readonly names = new Set<string>();

  /** @param functionName without its prefix */
  begun(functionName: string): void {
    if (functionName === "recorder") this.names.add("task-died");
  }

  ended(functionName: string, { payload, error }: Invocation): void {
    if (error && WATCHED.includes(functionName)) this.names.add(`${functionName}-errors`);
    const { overdue = [] } = (functionName === "watchdog" && (payload as { overdue?: string[] } | null)) || {};
    if (overdue.length) this.names.add("run-not-sealed");
  }

  /** An event that Lambda gave up. */
  dropped(functionName: string): void {
    if (functionName === "boss") this.names.add("start-dropped");
  }

  notDelivered(): void {
    this.names.add("not-delivered");
  }
}
