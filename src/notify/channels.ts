import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { BatchImportFindingsCommand, type SecurityHubClient } from "@aws-sdk/client-securityhub";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { GetParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { Control } from "../controls/control.ts";
import { messageOf, type NotifiedRun } from "./message.ts";
import type { OpenFinding, Unevaluated } from "./notificationState.ts";
import { productOf, securityFinding } from "./securityFinding.ts";
import { postToWebhook, type Web } from "./webhook.ts";

/** What there is to tell a channel. */
export interface News {
  found: readonly OpenFinding[];
  /** Findings that it knows, and that are no more. */
  ended: readonly OpenFinding[];
  /** Controls that could not be evaluated: of what they are about nothing is known. */
  unevaluated: readonly Unevaluated[];
  controls: ReadonlyMap<string, Control>;
  run: NotifiedRun;
}

/** Tells everything, or throws. */
export type Tell = (news: News) => Promise<void>;

/** One message for all that is new; a filter policy of a subscription can ask for its `severity`. */
export const topicChannel =
  (sns: SNSClient, TopicArn: string): Tell =>
  async ({ found, unevaluated, controls, run }) => {
    if (!found.length && !unevaluated.length) return;
    const { subject, text, severity } = messageOf(found, unevaluated, controls, run);
    await sns.send(
      new PublishCommand({
        TopicArn,
        Subject: subject,
        Message: text,
        MessageAttributes: { severity: { DataType: "String", StringValue: severity } },
      }),
    );
  };

/** The same message, to an address that is read from a SecureString parameter each time. */
export const webhookChannel =
  (ssm: SSMClient, Name: string, web: Web): Tell =>
  async ({ found, unevaluated, controls, run }) => {
    if (!found.length && !unevaluated.length) return;
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    await postToWebhook(Parameter?.Value ?? "", messageOf(found, unevaluated, controls, run).text, web);
  };

const SOURCE = "audit-ecosystem";
/** Findings that get an event each; more get one together. */
export const EVENTS_AT_MOST = 200;
/** Entries of a call. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const EVENTS_OF_A_CALL = 10;

/** An event for each finding, for each that is no more, and for each control without an answer; a summary where there are more than anybody handles. */
export const eventBusChannel =
  (eventBridge: EventBridgeClient, EventBusName: string): Tell =>
  async ({ found, ended, unevaluated, controls, run }) => {
    const entry = (DetailType: string, detail: object, arn?: string | null): PutEventsRequestEntry => ({
      EventBusName,
      Source: SOURCE,
      DetailType,
      Detail: JSON.stringify({ run_id: run.id, head: run.head, ...detail }),
      ...(arn ? { Resources: [arn] } : {}),
    });
    const each = (type: string, findings: readonly OpenFinding[]): PutEventsRequestEntry[] => {
      if (findings.length > EVENTS_AT_MOST)
        return [entry(`${type}s in Numbers`, { findings: findings.length, by_control: countsOf(findings) })];
      return findings.map(({ pending: _untold, ...finding }) => {
        const { title, severity, resource, remedy } = controls.get(finding.control)!;
        return entry(type, { ...finding, title, severity, resource_type: resource, remedy }, finding.arn);
      });
    };
    const entries = [
      ...each("Audit Finding", found),
      ...each("Audit Finding Ended", ended),
      ...unevaluated.map(({ control, error }) => {
        const { title, severity } = controls.get(control)!;
        return entry("Audit Control Not Evaluated", { control, title, severity, error: error.slice(0, 1_000) });
      }),
    ];
    for (let from = 0; from < entries.length; from += EVENTS_OF_A_CALL) {
      const answer = await eventBridge.send(
        new PutEventsCommand({ Entries: entries.slice(from, from + EVENTS_OF_A_CALL) }),
      );
      const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode);
      if (refused) throw new Error(`EventBridge took not every event: ${refused.ErrorCode} ${refused.ErrorMessage}`);
    }
  };

const countsOf = (findings: readonly OpenFinding[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { control } of findings) counts[control] = (counts[control] ?? 0) + 1;
  return counts;
};

/** @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html */
const FINDINGS_OF_A_CALL = 100;

/** Every finding, imported; one that is no more is archived as passed. To import it twice changes nothing. */
export const securityHubChannel =
  (securityHub: SecurityHubClient, productArn: string): Tell =>
  async ({ found, ended, controls, run }) => {
    const product = productOf(productArn);
    const inFormat = (findings: readonly OpenFinding[], isEnded: boolean) =>
      findings.map((finding) => securityFinding(finding, controls.get(finding.control)!, run.id, product, isEnded));
    const all = [...inFormat(found, false), ...inFormat(ended, true)];
    for (let from = 0; from < all.length; from += FINDINGS_OF_A_CALL) {
      const { FailedCount, FailedFindings } = await securityHub.send(
        new BatchImportFindingsCommand({ Findings: all.slice(from, from + FINDINGS_OF_A_CALL) }),
      );
      const [refused] = FailedFindings ?? [];
      if (FailedCount)
        throw new Error(`Security Hub refused ${FailedCount} findings: ${refused?.ErrorCode} ${refused?.ErrorMessage}`);
    }
  };
