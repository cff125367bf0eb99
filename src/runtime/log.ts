import { Logger } from "@aws-lambda-powertools/logger";

/** JSON lines with the run's and the task's id; values of evidence never go here. */
export const log = new Logger({ serviceName: "audit-ecosystem" });
