import http from "node:http";
import https from "node:https";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Waits } from "./clientOptions.ts";

/** Calls of a task at the same time, in all its accounts together. */
export const CALLS_AT_ONCE = 192;

/**
 * Idle connections kept open, to all endpoints together. With those in use they stay below the 1,024 files that a
 * function may have open; an auditor of twenty services in seventeen regions has 340 endpoints.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const IDLE_AT_MOST = 400;

/** Lets an agent keep so many idle connections in all: one to the endpoint that has been idle the longest goes for the next. */
export function bounded<A extends http.Agent>(agent: A, most: number): A {
  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    const idle = Object.values(agent.freeSockets)
      .flatMap((each) => each ?? [])
      .filter(({ destroyed }) => !destroyed);
    if (idle.length >= most) idle[0]?.destroy();
    return keep(socket);
  };
  return agent;
}

const handlers = new Map<string, NodeHttpHandler>();

/**
 * HTTP for all clients of the process that wait alike: accounts share their connections to a region's endpoint, and
 * the next event finds them open. Clients with connections of their own shake hands for each of their calls at once.
 */
export function connections(waits: Waits): NodeHttpHandler {
  const name = JSON.stringify(waits);
  let handler = handlers.get(name);
  if (!handler) {
    const options = { keepAlive: true, maxSockets: CALLS_AT_ONCE };
    handler = new NodeHttpHandler({
      ...waits,
      httpAgent: bounded(new http.Agent(options), IDLE_AT_MOST),
      httpsAgent: bounded(new https.Agent(options), IDLE_AT_MOST),
    });
    handlers.set(name, handler);
  }
  return handler;
}
