import { createHash } from "node:crypto";

/** A resource's inputs as Pulumi's mocks hand them over, with the provider's member names. */
// biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own inputs
export type Inputs = any;

/** How the sandbox is reached: over HTTP, or in the same process. */
export type Door = { endpoint: string } | { requestHandler: object };

/** Where a stack's resources are made. */
export interface Target {
  account: string;
  region: string;
  /** A client of the account and region; one of each class. */
  client: <Client>(Class: new (config: never) => Client) => Client;
}

/** What was made: its id, and the outputs that the inputs do not hold. */
export interface Created {
  id: string;
  state?: Record<string, unknown>;
}

/** What a state says of a resource: its id, or that there is none yet. */
export interface Recorded {
  id: string | undefined;
}

/**
 * Makes a resource, or brings the standing one up to date. `name` is its name in the program; `recorded` is left out
 * where no state is kept, and what stands has to be looked for.
 */
export type Provider = (inputs: Inputs, name: string, to: Target, recorded?: Recorded) => Promise<Created>;

/** Providers of one AWS service by Pulumi's type token. */
export type Providers = Readonly<Record<string, Provider>>;

/**
 * The clients of an account; `region` counts where a resource names none of its own.
 * @param as whose access key the calls are signed with. Default: the account's root
 */
export function targetOf(door: Door, account: string, region: string, as = account): Target {
  const clients = new Map<unknown, unknown>();
  const config = {
    // Pulumi asks for everything at once; waiting for a connection is no news here.
    requestHandler: { socketAcquisitionWarningTimeout: 600_000 },
    ...door,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: as, secretAccessKey: "sandbox" },
  };
  return {
    account,
    region,
    client: <Client>(Class: new (config: never) => Client): Client => {
      const existing = (clients.get(Class) as Client | undefined) ?? new Class(config as never);
      clients.set(Class, existing);
      return existing;
    },
  };
}

/** Does `create`; where the resource stands already, which AWS says by the error `standing`, does `update` instead. */
export async function upsert(
  create: () => Promise<unknown>,
  standing: string,
  update: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  try {
    await create();
  } catch (error) {
    if ((error as Error).name !== standing) throw error;
    await update();
  }
}

/** Digits that a text decides: what Pulumi would draw at random once and keep in its state. */
export const hex = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length);

/** Names of members as Pulumi spells them → as the API does, all the way down. */
export const capitals = (value: Inputs): Inputs =>
  Array.isArray(value)
    ? value.map(capitals)
    : value && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value).map(([key, each]) => [key[0]!.toUpperCase() + key.slice(1), capitals(each)]),
        )
      : value;
