import { setMaxListeners } from "node:events";
import type { SdkClient } from "../auditors/collector.ts";
import { NotAsked } from "./givingUp.ts";

interface Endpoint {
  silent: AbortController;
  signal: AbortSignal;
  /** It has answered, whatever it was. */
  heard: boolean;
  /** Calls that timed out. */
  timedOut: number;
}

/** Calls that are waited for in vain, after which an endpoint that never answered is not asked any more. */
const SILENT_AFTER = 3;

/**
 * Endpoints that never answer: of the calls that go to one, a few that were waited for are enough. One that has
 * answered before is busy or far away, and a call that it lost says nothing about the others.
 */
export class Silence {
  private readonly endpoints = new Map<SdkClient, Endpoint>();

  constructor(private readonly deadline: AbortSignal) {}

  /** Fires with the deadline, and when the client's endpoint turns out not to answer. */
  signalOf(client: SdkClient): AbortSignal {
    return this.endpointOf(client).signal;
  }

  /** @throws NotAsked where the client's endpoint is given up */
  check(client: SdkClient): void {
    if (this.endpointOf(client).silent.signal.aborted) throw givenUp();
  }

  /** What a call failed with that was given up with its endpoint; the error itself where it was not. */
  reasonOf(client: SdkClient, error: unknown): unknown {
    const { silent } = this.endpointOf(client);
    return silent.signal.aborted && (error as Error).name === "AbortError" ? givenUp() : error;
  }

  answered(client: SdkClient): void {
    this.endpointOf(client).heard = true;
  }

  timedOut(client: SdkClient): void {
    const endpoint = this.endpointOf(client);
    endpoint.timedOut += 1;
    if (!endpoint.heard && endpoint.timedOut >= SILENT_AFTER) endpoint.silent.abort();
  }

  private endpointOf(client: SdkClient): Endpoint {
    let endpoint = this.endpoints.get(client);
    if (!endpoint) {
      const silent = new AbortController();
      const signal = AbortSignal.any([this.deadline, silent.signal]);
      // Every call under way listens to it.
      setMaxListeners(0, signal);
      endpoint = { silent, signal, heard: false, timedOut: 0 };
      this.endpoints.set(client, endpoint);
    }
    return endpoint;
  }
}

const givenUp = () =>
  new NotAsked(
    "EndpointSilent",
    `${SILENT_AFTER} calls had no answer, and none had one: the endpoint is not asked further`,
  );
