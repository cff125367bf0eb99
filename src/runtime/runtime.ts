import { randomBytes } from "node:crypto";
import type { ClientOptions, Waits } from "../collect/clientOptions.ts";
import { connections } from "../collect/connections.ts";
import { type HasAddress, hasAddress } from "../collect/offering.ts";
import { Sha256 } from "../collect/sha256.ts";
import { risingClock } from "./risingClock.ts";

/** What a handler is given from outside, so that a simulation can decide it. */
export interface Runtime {
  /** The function's environment. */
  env: () => NodeJS.ProcessEnv;
  /** Milliseconds since the epoch; never less than before. */
  now: () => number;
  /** In [0, 1); unguessable. */
  random: () => number;
  /** A signal that fires after so many milliseconds. */
  timeout: (ms: number) => AbortSignal;
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<void>;
  /** What every SDK client is made with. */
  client: (waits: Waits) => ClientOptions;
  /** Whether a host's name has an address. */
  hasAddress: HasAddress;
}

/** Those of a deployed function, and of the command line: the process, the real clock, and the SDK's own HTTP. */
export const thisProcess: Runtime = {
  env: () => process.env,
  now: risingClock(Date.now),
  random: () => randomBytes(4).readUInt32LE() / 2 ** 32,
  timeout: (ms) => AbortSignal.timeout(ms),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  client: (waits) => ({ requestHandler: connections(waits), sha256: Sha256 }),
  hasAddress,
};
