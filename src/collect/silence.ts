import { setMaxListeners } from "node:events";
import type { SdkClient } from "../auditors/collector.ts";

interface Endpoint {
  silent: AbortController;
  signal: AbortSignal;
  /** It has answered, whatever it was. */
  heard: boolean;
}

/**
 * Endpoints that never answer: of the calls that go to one, the first that was waited for is enough. One that has
 * answered before is busy or far away, and a call that it lost says nothing about the others.
 */
export class Silence {
  private readonly endpoints = new Map<SdkClient, Endpoint>();

  constructor(private readonly deadline: AbortSignal) {}

  /** Fires with the deadline, and when the client's endpoint turns out not to answer. */
  signalOf(client: SdkClient): AbortSignal {
    return this.endpointOf(client).signal;
  }

  answered(client: SdkClient): void {
    this.endpointOf(client).heard = true;
  }

  timedOut(client: SdkClient): void {
    const { heard, silent } = this.endpointOf(client);
    if (!heard) silent.abort();
  }

  private endpointOf(client: SdkClient): Endpoint {
    let endpoint = this.endpoints.get(client);
    if (!endpoint) {
      const silent = new AbortController();
      const signal = AbortSignal.any([this.deadline, silent.signal]);
      // Every call under way listens to it.
      setMaxListeners(0, signal);
      endpoint = { silent, signal, heard: false };
      this.endpoints.set(client, endpoint);
    }
    return endpoint;
  }
}
