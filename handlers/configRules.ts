import {
  ConfigServiceClient,
  type Evaluation,
  GetResourceConfigHistoryCommand,
  PutEvaluationsCommand,
} from "@aws-sdk/client-config-service";
import * as z from "zod";
import { ConfigurationItem, rowOf } from "../src/controls/configItem.ts";
import type { Control } from "../src/controls/control.ts";
import { predicateOf } from "../src/controls/predicate.ts";
import { WAITS } from "../src/runtime/clients.ts";
import { log } from "../src/runtime/log.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import type { MemberColumn } from "../src/tables/columns.ts";

/** What the rules' function must know: controls, and the columns of their resource types. */
export interface RulesKnowledge {
  controls: readonly Pick<Control, "id" | "resource" | "sql">[];
  columns: Readonly<Record<string, readonly MemberColumn[]>>;
}

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(schema);

/** @see https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html */
const RuleEvent = z.object({
  invokingEvent: json(
    z.discriminatedUnion("messageType", [
      z.object({ messageType: z.literal("ConfigurationItemChangeNotification"), configurationItem: ConfigurationItem }),
      z.object({
        messageType: z.literal("OversizedConfigurationItemChangeNotification"),
        configurationItemSummary: z.object({
          resourceType: z.string(),
          resourceId: z.string(),
          configurationItemCaptureTime: z.coerce.date(),
          configurationItemStatus: z.string(),
        }),
      }),
    ]),
  ),
  ruleParameters: json(z.object({ control: z.string() })),
  resultToken: z.string(),
  eventLeftScope: z.boolean().default(false),
});

/** Characters of an annotation at most. */
const ANNOTATION = 256;

/** AWS did not give the item: it is asked for again when the event is delivered again. */
class ItemNotRead extends Error {}

/** Lambda entry point of the rules of AWS Config: judges one configuration item by the control that the rule names. */
export const configRulesHandler = ({ controls, columns }: RulesKnowledge) => {
  const judges = new Map(controls.map((control) => [control.id, control]));

  return (runtime: Runtime) => {
    const config = new ConfigServiceClient(runtime.client(WAITS));

    /** The item itself, where it was too large for the event. */
    const history = async (resourceType: string, resourceId: string, until: Date): Promise<ConfigurationItem> => {
      const { configurationItems } = await config
        .send(
          new GetResourceConfigHistoryCommand({
            resourceType: resourceType as never,
            resourceId,
            laterTime: until,
            limit: 1,
          }),
        )
        .catch((error: Error) => {
          throw new ItemNotRead(`${error.name}: ${error.message}`, { cause: error });
        });
      return ConfigurationItem.parse(configurationItems?.[0]);
    };

    return async (event: unknown): Promise<Evaluation> => {
      const { invokingEvent, ruleParameters, resultToken, eventLeftScope } = RuleEvent.parse(event);
      const control = judges.get(ruleParameters.control);
      if (!control) throw new Error(`the rule asks for ${ruleParameters.control}, which this function does not know`);
      const whole = "configurationItem" in invokingEvent ? invokingEvent.configurationItem : undefined;
      const summary =
        "configurationItem" in invokingEvent ? invokingEvent.configurationItem : invokingEvent.configurationItemSummary;
      const evaluated = (ComplianceType: Evaluation["ComplianceType"], Annotation?: string): Evaluation => ({
        ComplianceResourceType: summary.resourceType,
        ComplianceResourceId: summary.resourceId,
        ComplianceType,
        OrderingTimestamp: summary.configurationItemCaptureTime,
        ...(Annotation ? { Annotation: Annotation.slice(0, ANNOTATION) } : {}),
      });
      const judge = async (): Promise<Evaluation> => {
        const isThere = ["OK", "ResourceDiscovered"].includes(summary.configurationItemStatus) && !eventLeftScope;
        if (!isThere || summary.resourceType !== control.resource) return evaluated("NOT_APPLICABLE");
        const predicate = predicateOf(control.sql);
        const item =
          whole ?? (await history(summary.resourceType, summary.resourceId, summary.configurationItemCaptureTime));
        if (!item.configuration) return evaluated("NOT_APPLICABLE", "not known: the item has no configuration");
        const judgement = predicate.judge(rowOf(item, columns[control.resource] ?? []));
        if (!judgement) return evaluated("NOT_APPLICABLE");
        const { passes, reason } = judgement;
        if (passes) return evaluated("COMPLIANT");
        // Config takes no answer that says so; a member that is not recorded is no failure.
        if (passes === null) return evaluated("NOT_APPLICABLE", "not known: the item does not tell");
        return evaluated("NON_COMPLIANT", reason ?? undefined);
      };
      // Config takes no answer that says so: one control, or one item, that cannot be judged keeps no other waiting. What
      // it said of the item before is of a configuration that is no more, and does not stay.
      let notRead: ItemNotRead | undefined;
      const notEvaluated = (error: unknown): Evaluation => {
        if (error instanceof ItemNotRead) notRead = error;
        log.error("not evaluated", { control: control.id, resource: summary.resourceId, error: error as Error });
        return evaluated("NOT_APPLICABLE", `not evaluated: ${(error as Error).message}`);
      };
      const evaluation = await judge().catch(notEvaluated);
      const { FailedEvaluations } = await config.send(
        new PutEvaluationsCommand({ Evaluations: [evaluation], ResultToken: resultToken }),
      );
      if (FailedEvaluations?.length) throw new Error(`AWS Config did not take the evaluation of ${summary.resourceId}`);
      // The event is delivered again, and until then the rule's status in Config has the error.
      if (notRead) throw notRead;
      log.info("resource judged", { control: control.id, resource: summary.resourceId, as: evaluation.ComplianceType });
      return evaluation;
    };
  };
};
