import { SEVERITIES, type Severity } from "../../src/controls/control.ts";
import { ConfigError, type ConfigSource, choice, matching, set, text, topic } from "./value.ts";

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

export function notifyOf(config: ConfigSource, catalog: boolean): NotifySettings | undefined {
  const topicArn = topic(config, "notifyTopicArn");
  const eventBus = matching(
    config,
    "notifyEventBus",
    /^[/.\w-]{1,256}$/,
    "the name of an event bus of this account and region is expected",
    "default",
  );
  const securityHub = choice(config, "notifySecurityHub", ["true", "false"], "false") === "true";
  if (config.get("notifyWebhookParameter")?.includes("://"))
    throw new ConfigError(
      "notifyWebhookParameter",
      "<an address>",
      "the address is a secret and belongs into a parameter, whose name is expected here",
      "aws ssm put-parameter --type SecureString --name /audit-ecosystem/webhook --value <address>",
    );
  const webhookParameter = matching(
    config,
    "notifyWebhookParameter",
    /^\/?[\w.-]+(\/[\w.-]+)*$/,
    "the name of an SSM parameter is expected",
    "/audit-ecosystem/webhook",
  );
  const severity = choice(config, "notifySeverity", SEVERITIES, "low");
  const exceptions = text(config, "notifyExceptions");
  if (!topicArn && !eventBus && !securityHub && !webhookParameter) return undefined;
  if (!catalog)
    throw new ConfigError(
      "catalog",
      "false",
      "who is to be told of findings needs it: they are asked for in Athena",
      set("catalog", "true"),
    );
  return {
    ...(topicArn ? { topicArn } : {}),
    ...(eventBus ? { eventBus } : {}),
    securityHub,
    ...(webhookParameter ? { webhookParameter } : {}),
    severity,
    ...(exceptions ? { exceptions } : {}),
  };
}
