import type { Severity } from "../../src/controls/control.ts";
import { read } from "./read.ts";
import { ConfigError, type ConfigSource, type Defined, defined, set } from "./value.ts";

/** Whom to tell of new findings, and of which. */
export interface NotifySettings {
  topicArn?: string;
  eventBus?: string;
  securityHub: boolean;
  webhookParameter?: string;
  /** The lowest that is told. */
  severity: Severity;
  /** Path of a file with exceptions. */
  exceptions?: string;
}

/** Undefined: nobody is told. */
export function notifyOf(config: ConfigSource, catalog: boolean): NotifySettings | undefined {
  if (config.get("notifyWebhookParameter")?.includes("://"))
    throw new ConfigError(
      "notifyWebhookParameter",
      "<an address>",
      "the address is a secret and belongs into a parameter, whose name is expected here",
      "aws ssm put-parameter --type SecureString --name /audit-ecosystem/webhook --value <address>",
    );
  const settings: Defined<NotifySettings> = defined({
    topicArn: read(config, "notifyTopicArn"),
    eventBus: read(config, "notifyEventBus"),
    securityHub: read(config, "notifySecurityHub"),
    webhookParameter: read(config, "notifyWebhookParameter"),
    severity: read(config, "notifySeverity"),
    exceptions: read(config, "notifyExceptions"),
  });
  const { topicArn, eventBus, securityHub, webhookParameter } = settings;
  if (!topicArn && !eventBus && !securityHub && !webhookParameter) return undefined;
  if (!catalog)
    throw new ConfigError(
      "catalog",
      "false",
      "who is to be told of findings needs it: they are asked for in Athena",
      set("catalog", "true"),
    );
  return settings;
}
