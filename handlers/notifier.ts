import { AthenaClient } from "@aws-sdk/client-athena";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import pLimit from "p-limit";
import * as z from "zod";
import { type Control, typesOf } from "../src/controls/control.ts";
import type { Exception } from "../src/controls/exception.ts";
import { Exceptions } from "../src/controls/exceptions.ts";
import { failures } from "../src/controls/failures.ts";
import { listingsOf } from "../src/controls/listings.ts";
import { findingId, type Verdict } from "../src/controls/verdict.ts";
import {
  eventBusChannel,
  securityHubChannel,
  type Tell,
  topicChannel,
  webhookChannel,
} from "../src/notify/channels.ts";
import type { NotifiedRun } from "../src/notify/message.ts";
import {
  type Channel,
  markDelivered,
  type NotificationState,
  nextState,
  pendingFor,
  type Said,
} from "../src/notify/notificationState.ts";
import { bucketStateStore } from "../src/notify/stateStore.ts";
import type { Web } from "../src/notify/webhook.ts";
import { athenaEngine } from "../src/query/athena.ts";
import { evidenceS3, WAITS } from "../src/runtime/clients.ts";
import { log } from "../src/runtime/log.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { NotifierSettings, settingsFrom } from "../src/runtime/settings.ts";
import { bucketObjects } from "../src/tables/bucketObjects.ts";
import type { Catalog } from "../src/tables/catalog.ts";
import { readSealedRun, type SealedRun } from "../src/tables/sealedRun.ts";

const notifiedRun = ({ run, plan, manifest, manifestSha256 }: SealedRun): NotifiedRun => ({
  id: run,
  accounts: plan.accounts.length,
  head: { sequence: manifest.sequence, run_id: run, manifest_sha256: manifestSha256 },
});

/** What the notifier must know that is not in the evidence. */
export interface NotifierKnowledge {
  /** Controls of whose findings people are told. */
  controls: readonly Control[];
  /** What the auditors of the deployment cover. */
  auditors: Catalog["auditors"];
  exceptions: readonly Exception[];
}

/** What the notifier is invoked with: a run whose tables are there. */
const NotifyRequest = z.object({ run_id: z.string(), run_date: z.string() });

/** Queries under way at the same time: an account shares Athena's slots with its people. */
const QUERIES_AT_ONCE = 4;

/** What it answers; asynchronous invocations drop it. */
export interface Notified {
  run_id: string;
  /** Findings that a channel was told of now. */
  told: Partial<Record<Channel, number>>;
  /** Controls that could not be evaluated; all others were. */
  not_evaluated: string[];
}

const theWeb: Web = {
  fetch: (...request) => fetch(...request),
  wait: (ms) => new Promise((done) => setTimeout(done, ms)),
};

/**
 * Tells people of what fails in a sealed run and did not before. What is remembered is written before anybody is told,
 * and again after each channel: whatever ends it, the next invocation goes on with what is left.
 */
export const notifierHandler =
  (knowledge: NotifierKnowledge, web: Web = theWeb) =>
  (runtime: Runtime) => {
    const s3 = evidenceS3(runtime);
    const athena = new AthenaClient({ ...runtime.client(WAITS), retryMode: "adaptive", maxAttempts: 8 });
    const sns = new SNSClient(runtime.client(WAITS));
    const eventBridge = new EventBridgeClient(runtime.client(WAITS));
    const securityHub = new SecurityHubClient(runtime.client(WAITS));
    const ssm = new SSMClient(runtime.client(WAITS));
    const controls = new Map(knowledge.controls.map((control) => [control.id, control]));

    return async (event: unknown): Promise<Notified> => {
      const settings = settingsFrom(NotifierSettings, runtime.env());
      const { run_id, run_date } = NotifyRequest.parse(event);
      log.appendKeys({ run_id });
      const sealed = await readSealedRun(bucketObjects(s3, settings.EVIDENCE_BUCKET), run_id, run_date);
      if (!sealed) throw new Error(`run ${run_id} is not sealed: there is nothing to tell of it`);
      const channels: Partial<Record<Channel, Tell>> = {
        ...(settings.TOPIC_ARN ? { topic: topicChannel(sns, settings.TOPIC_ARN) } : {}),
        ...(settings.EVENT_BUS ? { "event-bus": eventBusChannel(eventBridge, settings.EVENT_BUS) } : {}),
        ...(settings.SECURITY_HUB_PRODUCT
          ? { "security-hub": securityHubChannel(securityHub, settings.SECURITY_HUB_PRODUCT) }
          : {}),
        ...(settings.WEBHOOK_PARAMETER ? { webhook: webhookChannel(ssm, settings.WEBHOOK_PARAMETER, web) } : {}),
      };
      const engine = athenaEngine({
        athena,
        workGroup: settings.ATHENA_WORKGROUP,
        database: settings.GLUE_DATABASE,
        catalog: { tables: [] },
        wait: web.wait,
      });
      const memory = bucketStateStore(s3, settings.EVIDENCE_BUCKET);
      let state = await memory.read();
      const problems: string[] = [];
      // A second delivery, or a run that was overtaken: what it would say is in the memory already, or out of date.
      if (!state || state.run_id < run_id) {
        const said = await ask(engine, sealed, state, knowledge);
        state = nextState(state, said, knowledge.controls, Object.keys(channels) as Channel[]);
        await memory.write(state);
      }
      const answer: Notified = {
        run_id,
        told: {},
        not_evaluated: state.unevaluated.map(({ control }) => control),
      };
      for (const [channel, tell] of Object.entries(channels) as [Channel, Tell][]) {
        const news = pendingFor(state, channel);
        if (Object.values(news).every(({ length }) => !length)) continue;
        try {
          await tell({ ...news, controls, run: notifiedRun(sealed) });
          state = markDelivered(state, channel);
          await memory.write(state);
          answer.told[channel] = news.found.length;
        } catch (error) {
          problems.push(`${channel}: ${(error as Error).message}`);
        }
      }
      log.info("people told", { told: answer.told, open: state.open.length });
      // One channel that is down does not keep the others waiting; what it missed is told with the next delivery.
      if (problems.length) throw new Error(problems.join("; "));
      return answer;
    };
  };

/** Asks the controls. @throws when none of them gets an answer */
async function ask(
  engine: ReturnType<typeof athenaEngine>,
  sealed: SealedRun,
  state: NotificationState | undefined,
  { controls, auditors, exceptions }: NotifierKnowledge,
): Promise<Said> {
  const types = new Set(controls.flatMap(typesOf));
  const listings = await listingsOf(sealed, { auditors }, types);
  const present = new Set(sealed.objects.map(({ resource_type }) => resource_type));
  const withFindings = new Set(state?.open.map(({ control }) => control));
  // Where there is no resource of its type, none fails: a query costs time and money.
  const queried = controls.filter(
    ({ id, per, resource }) => per !== "resource" || present.has(resource) || withFindings.has(id),
  );
  const excepted = new Exceptions(exceptions, sealed.date);
  const failed: Verdict[] = [];
  const unknown = new Set<string>();
  const unanswered = new Map<string, string>();
  const limit = pLimit(QUERIES_AT_ONCE);
  const one = async (control: Control): Promise<void> => {
    try {
      const found: Verdict[] = [];
      for await (const verdict of failures(engine, control, sealed, listings)) found.push(verdict);
      for (const verdict of found.map((each) => excepted.over(each)))
        if (verdict.status === "fail") failed.push(verdict);
        else if (verdict.status === "unknown") unknown.add(findingId(verdict));
    } catch (error) {
      unanswered.set(control.id, (error as Error).message);
      log.error("a control was not evaluated", { control: control.id, error: error as Error });
    }
  };
  await Promise.all(queried.map((control) => limit(() => one(control))));
  if (queried.length && unanswered.size === queried.length)
    throw new Error(`no control could be evaluated, one because: ${[...unanswered.values()][0]}`);
  return { run: sealed.run, failed, unknown, unanswered, listings };
}
