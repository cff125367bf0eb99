import type { Examination } from "../../handlers/doctor.ts";
import { fallDue } from "../../sandbox/schedules.ts";
import type { StoredBucket } from "../../sandbox/state.ts";
import { outcomeKey } from "../../src/evidence/layout.ts";
import { Plan, type Task } from "../../src/evidence/plan.ts";
import { notInvoked, unreadOutcome } from "../../src/evidence/taskOutcome.ts";
import { REGION, type System } from "../stories/system.ts";

export const MEMBER = "111111111111";

/** What happens to a deployed system in which a role shows what it needs. A new role needs a story in which it acts. */
export interface Story {
  name: string;
  tell: (system: System) => Promise<void>;
}

/** Tells a story in which a function is gone when it is asked for the n-th time. */
async function gone(
  { sandbox: { state } }: System,
  arn: string,
  time: number,
  tell: () => Promise<void>,
  meanwhile: () => void = () => undefined,
): Promise<void> {
  const { functions } = state;
  let asked = 0;
  functions.get = (key) => {
    if (key !== arn || ++asked !== time) return Map.prototype.get.call(functions, key);
    meanwhile();
    return undefined;
  };
  try {
    await tell();
  } finally {
    functions.get = Map.prototype.get;
  }
}

/** Another delivery of the boss commits the tasks that this one is about to call lost. */
function commitAll({ objects }: StoredBucket): void {
  const [, versions] = [...objects].find(([key]) => key.endsWith("/plan.json"))!;
  const plan = Plan.parse(JSON.parse(Buffer.from(versions[0]!.body).toString()));
  const outcomeOf = (task: Task) =>
    unreadOutcome(
      plan.run_id,
      task,
      { attempt: "another", ...notInvoked(new Error("lost")) },
      Date.parse(plan.started_at),
    );
  for (const task of plan.tasks) {
    const body = Buffer.from(JSON.stringify(outcomeOf(task)));
    objects.set(outcomeKey(plan.run_id, plan.started_at.slice(0, 10), task.id), [{ ...versions[0]!, body }]);
  }
}

/** Tells a story in which the first run's plan stands already when it is written: the answer to the write was lost. */
async function planStands({ objects }: StoredBucket, tell: () => Promise<void>): Promise<void> {
  const [earlier, versions] = [...objects].find(([key]) => key.endsWith("/plan.json"))!;
  const plan = JSON.parse(Buffer.from(versions[0]!.body).toString());
  objects.get = (key) => {
    const run_id = /run_id=([^/]+)\/plan\.json$/.exec(key)?.[1];
    if (run_id && key !== earlier && !objects.has(key))
      objects.set(key, [{ ...versions[0]!, body: Buffer.from(JSON.stringify({ ...plan, run_id })) }]);
    return Map.prototype.get.call(objects, key);
  };
  try {
    await tell();
  } finally {
    objects.get = Map.prototype.get;
  }
}

/** Stories of a boss and its auditors. */
export function stories(prefix: string, auditors: readonly string[]): Story[] {
  const boss = `${prefix}-boss`;
  const bucketOf = ({ sandbox }: System) => sandbox.state.buckets.get(`evidence-${prefix}`)!;
  const narrow = (auditor: string) => ({ accounts: [MEMBER], auditors: [auditor], regions: [REGION] });
  const first = auditors[0]!;
  return [
    ...auditors.flatMap((auditor): Story[] => {
      const name = `${prefix}-get-meta-${auditor}`;
      return [
        { name: `${name} reads an account`, tell: (system) => system.run(boss, narrow(auditor)) },
        {
          name: `${name} dies for good`,
          tell: async (system) => {
            system.dead.add(name);
            await system.run(boss, narrow(auditor));
            system.dead.clear();
          },
        },
        {
          name: `${name} has no time left and hands over`,
          tell: (system) => {
            system.hurried.add(name);
            return system.run(boss, narrow(auditor));
          },
        },
        {
          name: `${name} dies between its commit and handing over`,
          tell: (system) => {
            system.hurried.add(name);
            const { FunctionArn } = system.function(name);
            // The first to ask is the boss, the second the auditor itself.
            return gone(system, FunctionArn, 2, () => system.run(boss, narrow(auditor)));
          },
        },
      ];
    }),
    {
      name: `${boss} runs a second time, and then loses the answer to its plan`,
      tell: async (system) => {
        await system.run(boss, narrow(first));
        await system.run(boss, narrow(first));
        await planStands(bucketOf(system), () => system.run(boss, narrow(first)));
      },
    },
    {
      name: `${prefix}-sealer is delivered twice`,
      tell: async (system) => {
        system.twice.add(`${prefix}-sealer`);
        await system.run(boss, narrow(first));
        system.twice.clear();
      },
    },
    {
      name: `${boss} finds no auditor`,
      tell: (system) => {
        const { FunctionArn } = system.function(`${prefix}-get-meta-${first}`);
        return gone(system, FunctionArn, 1, () => system.run(boss, narrow(first)));
      },
    },
    {
      name: `${boss} finds no auditor, and that another delivery of it knew so before`,
      tell: (system) => {
        const { FunctionArn } = system.function(`${prefix}-get-meta-${first}`);
        const tell = () => system.run(boss, narrow(first));
        return gone(system, FunctionArn, 1, tell, () => commitAll(bucketOf(system)));
      },
    },
  ];
}

/** Stories of what looks for runs that are not sealed. */
export function watchdogStories(prefix: string, auditor: string): Story[] {
  return [
    {
      name: `${prefix}-watchdog finds a run past its deadline`,
      tell: async (system) => {
        const names = [`${prefix}-get-meta-${auditor}`, `${prefix}-recorder`];
        for (const name of names) system.dead.add(name);
        const schedule = { name: "early", time: "2026-11-23T12:00:00Z" };
        await system.run(`${prefix}-boss`, { accounts: [MEMBER], auditors: [auditor], regions: [REGION], schedule });
        system.dead.clear();
        due(system, `${prefix}-watchdog`);
        await system.drain();
      },
    },
  ];
}

/** A story of who looks at member accounts: what the account answers is the trouble. */
export const doctorStory = (prefix: string): Story => ({
  name: `${prefix}-doctor looks at an account`,
  tell: async (system) => {
    const { payload } = await system.invoke.now(system.function(`${prefix}-doctor`), { accounts: [MEMBER] });
    const { own } = (payload as Examination).accounts[0]!;
    if (!own.entered) system.trouble.push(own.message);
    await system.run(`${prefix}-doctor`, { accounts: [] });
  },
});

/** AWS Config asks a rule about an item that is too large for the event. */
export const ruleStory = (prefix: string): Story => ({
  name: `${prefix}-config-rules judges a large item`,
  tell: async (system) => {
    const resource = { resourceType: "AWS::EC2::Volume", resourceId: "vol-1" } as const;
    const configurationItemCaptureTime = "2026-11-24T03:00:00.000Z";
    system.sandbox.state.configItems.push({
      ...resource,
      configurationItemStatus: "OK",
      configurationItemCaptureTime: new Date(configurationItemCaptureTime),
      configuration: JSON.stringify({ encrypted: false }),
    });
    await system.run(`${prefix}-config-rules`, {
      invokingEvent: JSON.stringify({
        messageType: "OversizedConfigurationItemChangeNotification",
        configurationItemSummary: { ...resource, configurationItemCaptureTime, configurationItemStatus: "OK" },
      }),
      ruleParameters: JSON.stringify({ control: "ec2-volume-encrypted" }),
      resultToken: "token",
    });
  },
});

/** A story of a run whose tables are too many for one invocation. */
export const tabulatorStory = (prefix: string, auditor: string): Story => ({
  name: `${prefix}-tabulator shares a run out`,
  tell: async (system) => {
    system.sharesOut = true;
    await system.run(`${prefix}-boss`, { accounts: [MEMBER], auditors: [auditor], regions: [REGION] });
    system.sharesOut = false;
  },
});

/** Stories of what tells people. */
export function notifierStories(prefix: string, auditor: string): Story[] {
  return [
    {
      name: `${prefix}-notifier dies for good`,
      tell: async (system) => {
        system.dead.add(`${prefix}-notifier`);
        await system.run(`${prefix}-boss`, { accounts: [MEMBER], auditors: [auditor], regions: [REGION] });
        system.dead.clear();
      },
    },
  ];
}

/** Roles of a member enough to learn from, one of them unlike the others; what SageMaker could not do is told. */
export function anomaliesStories(prefix: string): Story[] {
  const name = `${prefix}-anomalies`;
  const run = async (system: System) => {
    const { roles, sageMaker } = system.sandbox.state;
    const [pattern] = [...roles.values()].filter(({ account }) => account === MEMBER);
    const added = Array.from({ length: 60 }, (_, index) => {
      const Arn = `arn:aws:iam::${MEMBER}:role/worker-${index}`;
      roles.set(Arn, { ...pattern!, RoleName: `worker-${index}`, Arn, Path: index ? "/service/" : "/odd/" });
      return Arn;
    });
    // What went before is of other runs, and its buckets are empty.
    for (const jobs of Object.values(sageMaker)) jobs.clear();
    await system.run(`${prefix}-boss`, { accounts: [MEMBER], auditors: ["iam"], regions: [REGION] });
    for (const arn of added) roles.delete(arn);
  };
  return [
    {
      name: `${name} lets SageMaker score`,
      tell: run,
    },
    {
      name: `${name} dies for good`,
      tell: async (system) => {
        system.dead.add(name);
        await run(system);
        system.dead.clear();
      },
    },
  ];
}

/** Scheduler delivers. It says what it may not do as a metric; here it is trouble like any other. */
function due(system: System, schedule: string): void {
  const { state, iam } = system.sandbox;
  const told: typeof iam = {
    ...iam,
    denial: (...asked) => {
      const denied = iam.denial(...asked);
      if (denied) system.trouble.push(`Scheduler: ${denied}`);
      return denied;
    },
  };
  fallDue({ state, iam: told }, system.invoke, schedule, new Date("2026-11-24T03:00:00Z"));
}

/** Stories of the other parts of a stack whose accounts are in a parameter and whose runs are scheduled. */
export function scheduledStories(prefix: string, auditor: string): Story[] {
  const boss = `${prefix}-boss`;
  const deliver = (system: System) => due(system, `${prefix}-run`);
  return [
    {
      name: `${boss} finds the accounts in several parameters`,
      tell: async (system) => {
        const { parameters } = system.sandbox.state;
        const [whole, parameter] = [...parameters].find(([, { Name }]) => Name.endsWith("/accounts"))!;
        const part = `${whole}/000`;
        parameters.delete(whole);
        parameters.set(part, { ...parameter, Name: `${parameter.Name}/000`, ARN: part });
        await system.run(boss, { auditors: [auditor], regions: [REGION] });
        parameters.delete(part);
        parameters.set(whole, parameter);
      },
    },
    {
      name: `${prefix}-schedule falls due and is delivered twice`,
      tell: async (system) => {
        deliver(system);
        deliver(system);
        await system.drain();
      },
    },
    {
      name: `${prefix}-schedule falls due and finds no boss`,
      tell: (system) =>
        gone(system, system.function(boss).FunctionArn, 1, async () => {
          deliver(system);
          await system.drain();
        }),
    },
  ];
}
