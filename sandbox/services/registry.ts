import type { Service } from "../service.ts";
import type { WireRequest } from "../wire/message.ts";
import { isS3Control } from "../wire/operation.ts";

/** A service that the sandbox serves. */
export interface RegisteredService {
  /** Name in the SigV4 credential scope. */
  signingName: string;
  /** Tells this service's requests from those of another one with the same signing name. */
  when?: (request: WireRequest) => boolean;
  /** Reads its file when the first request asks for it: SDK packages take their time to load. */
  load: () => Promise<Service>;
}

/** Read once: an import that is done already still takes a question to the loader, more than the rest of an answer. */
const service = (signingName: string, read: () => Promise<Service>, when?: RegisteredService["when"]) => {
  let loaded: Promise<Service> | undefined;
  const load = () => {
    loaded ??= read();
    return loaded;
  };
  return { signingName, load, ...(when ? { when } : {}) };
};

/** Every service, each a line; of two with one signing name the first whose `when` says yes. */
export const registry: readonly RegisteredService[] = [
  service("athena", async () => (await import("./athena.ts")).athena),
  service("budgets", async () => (await import("./budgets.ts")).budgets),
  service("cloudcontrolapi", async () => (await import("./cloudcontrol.ts")).cloudcontrol),
  service("cloudformation", async () => (await import("./cloudformation.ts")).cloudformation),
  service("cloudtrail", async () => (await import("./cloudtrail.ts")).cloudtrail),
  service("monitoring", async () => (await import("./cloudwatch.ts")).cloudwatch),
  service("config", async () => (await import("./config.ts")).config),
  service("ec2", async () => (await import("./ec2.ts")).ec2),
  service("events", async () => (await import("./events.ts")).events),
  service("glue", async () => (await import("./glue.ts")).glue),
  service("iam", async () => (await import("./iam.ts")).iam),
  service("kms", async () => (await import("./kms.ts")).kms),
  service("lakeformation", async () => (await import("./lakeformation.ts")).lakeformation),
  service("lambda", async () => (await import("./lambda.ts")).lambda),
  service("logs", async () => (await import("./logs.ts")).logs),
  service("organizations", async () => (await import("./organizations.ts")).organizations),
  service("quicksight", async () => (await import("./quicksight.ts")).quicksight),
  service("rds", async () => (await import("./rds.ts")).rds),
  service(
    "s3",
    async () => (await import("./s3.ts")).s3,
    (request) => !isS3Control(request),
  ),
  service("sagemaker", async () => (await import("./sagemaker.ts")).sagemaker),
  service("scheduler", async () => (await import("./scheduler.ts")).scheduler),
  service("servicequotas", async () => (await import("./servicequotas.ts")).servicequotas),
  service("securityhub", async () => (await import("./securityhub.ts")).securityhub),
  service("sns", async () => (await import("./sns.ts")).sns),
  service("sqs", async () => (await import("./sqs.ts")).sqs),
  service("ssm", async () => (await import("./ssm.ts")).ssm),
  service("sts", async () => (await import("./sts.ts")).sts),
];

/** The service that a request is for. */
export const registered = (signingName: string, request: WireRequest): RegisteredService | undefined =>
  registry.find((each) => each.signingName === signingName && (each.when?.(request) ?? true));
