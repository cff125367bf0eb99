import type { Service } from "../service.ts";
import { isS3Control, type WireRequest } from "../wire.ts";

/** A service that the sandbox serves. */
export interface RegisteredService {
  /** Name in the SigV4 credential scope. */
  signingName: string;
  /** Tells this service's requests from those of another one with the same signing name. */
  when?: (request: WireRequest) => boolean;
  /** Reads its file when the first request asks for it: SDK packages take their time to load. */
  load: () => Promise<Service>;
}

/** Every service, each a line; of two with one signing name the first whose `when` says yes. */
export const registry: readonly RegisteredService[] = [
  { signingName: "athena", load: async () => (await import("./athena.ts")).athena },
  { signingName: "cloudcontrolapi", load: async () => (await import("./cloudcontrol.ts")).cloudcontrol },
  { signingName: "cloudformation", load: async () => (await import("./cloudformation.ts")).cloudformation },
  { signingName: "monitoring", load: async () => (await import("./cloudwatch.ts")).cloudwatch },
  { signingName: "config", load: async () => (await import("./config.ts")).config },
  { signingName: "ec2", load: async () => (await import("./ec2.ts")).ec2 },
  { signingName: "glue", load: async () => (await import("./glue.ts")).glue },
  { signingName: "iam", load: async () => (await import("./iam.ts")).iam },
  { signingName: "kms", load: async () => (await import("./kms.ts")).kms },
  { signingName: "lambda", load: async () => (await import("./lambda.ts")).lambda },
  { signingName: "logs", load: async () => (await import("./logs.ts")).logs },
  { signingName: "organizations", load: async () => (await import("./organizations.ts")).organizations },
  { signingName: "quicksight", load: async () => (await import("./quicksight.ts")).quicksight },
  { signingName: "rds", load: async () => (await import("./rds.ts")).rds },
  {
    signingName: "s3",
    when: (request) => !isS3Control(request),
    load: async () => (await import("./s3.ts")).s3,
  },
  { signingName: "scheduler", load: async () => (await import("./scheduler.ts")).scheduler },
  { signingName: "sqs", load: async () => (await import("./sqs.ts")).sqs },
  { signingName: "ssm", load: async () => (await import("./ssm.ts")).ssm },
  { signingName: "sts", load: async () => (await import("./sts.ts")).sts },
];

/** The service that a request is for. */
export const registered = (signingName: string, request: WireRequest): RegisteredService | undefined =>
  registry.find((each) => each.signingName === signingName && (each.when?.(request) ?? true));
