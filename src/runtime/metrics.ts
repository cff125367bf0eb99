import { Metrics } from "@aws-lambda-powertools/metrics";

/** Metrics go out as log lines, which CloudWatch reads: no permission and no call. The alarms name them. */
export const metrics = new Metrics({ namespace: "audit-ecosystem", serviceName: "audit-ecosystem" });
