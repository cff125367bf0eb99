import { expect } from "chai";
import type { ClientClass } from "../../src/auditors/collector.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { collectorsFor, readItem } from "../../src/collect/resources.ts";
import type { Item } from "../../src/evidence/item.ts";
import { GLOBAL } from "../../src/evidence/plan.ts";
import { type AwsCli, awsCli } from "./awsCli.ts";
import { cleanEnvironment, has } from "./commands.ts";
import { computeRows } from "./motoComputeRows.ts";
import { dataRows } from "./motoDataRows.ts";
import { type MotoServer, startMoto } from "./motoServer.ts";

const ACCOUNT = "123456789012";
const REGION = "us-east-1";
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };

/** By what the AWS CLI's listing may name resources. */
const BY = ["arn", "resource_id", "name"] as const;

/** Makes resources in moto with plain SDK calls, collects them, and compares with what the AWS CLI lists there. */
describe("moto and the AWS CLI, service by service", function () {
  this.timeout(120_000);
  let moto: MotoServer;
  let cli: AwsCli;

  before(async function () {
    for (const command of ["moto_server", "aws"]) {
      if (has(command)) continue;
      if (process.env.CI) throw new Error(`${command} is required where CI is set`);
      console.log(`      skipped: ${command} is not on this machine`);
      this.skip();
    }
    const env = cleanEnvironment({
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_MAX_ATTEMPTS: "1",
      // Images of AWS, with a thousand snapshots that would be this account's.
      MOTO_EC2_LOAD_DEFAULT_AMIS: "false",
    });
    moto = await startMoto(env);
    cli = awsCli(env, moto.endpoint);
  });
  after(() => {
    cli?.stop();
    moto?.stop();
  });

  const clientOf = <C>(Client: new (config: never) => C, region = REGION): C =>
    new Client({
      region,
      credentials,
      endpoint: moto.endpoint,
      maxAttempts: 1,
      // Neither buckets nor account ids resolve as names of hosts here.
      forcePathStyle: true,
      disableHostPrefix: true,
    } as never);

  async function collect(name: string): Promise<Item[]> {
    const [auditor] = await loadAuditors([name]);
    const items: Item[] = [];
    for (const region of [REGION, GLOBAL]) {
      if (!auditor!.services.some((service) => collectorsFor(service, region).length)) continue;
      const item = { auditor: name, account_id: ACCOUNT, region };
      await readItem(auditor!, {
        runId: "01JDT3SAPG0000000000000000",
        partition: "aws",
        item,
        clientOf: (Client: ClientClass, at) => clientOf(Client, at),
        homeRegion: REGION,
        budget: (_client, call) => call(() => undefined),
        bucketsFor: () => [],
        builder: new OutcomeBuilder(item, Date.now),
        deadline: AbortSignal.timeout(60_000),
        now: Date.now,
        wait: async () => undefined,
        write: async (each) => void items.push(each),
        digestKey: "0123456789abcdef",
      });
    }
    return items;
  }

  for (const { service, make, types } of [...computeRows, ...dataRows]) {
    it(`${service}: what is collected is what the AWS CLI lists`, async () => {
      await make(clientOf);
      const items = await collect(service);
      for (const [type, command] of Object.entries(types)) {
        const { code, out, err } = await cli.run(command.split(" "));
        expect(code, err).to.equal(0);
        const listed = JSON.parse(out) as string[];
        expect(listed, `${type} is made, and listed by: aws ${command}`).not.to.be.empty;
        const collected = items.filter(({ resource_type }) => resource_type === type);
        const by =
          BY.find((member) => collected.some((item) => listed.includes(String(item[member])))) ?? "resource_id";
        expect(
          collected.map((item) => item[by]),
          type,
        ).to.have.members(listed);
      }
    });
  }
});
