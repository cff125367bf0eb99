import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { rootCertificates } from "node:tls";
import type { HttpHandlerUserInput } from "@smithy/core/protocols";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import type { ClientOptions, Waits } from "../collect/clientOptions.ts";
import { CALLS_AT_ONCE } from "../collect/connections.ts";
import { Sha256 } from "../collect/sha256.ts";
import { goesAround, proxySettings } from "./proxy.ts";

/** How clients of a desk reach AWS. */
export type DeskClient = (waits: Waits) => ClientOptions;

/**
 * Clients of a desk: through the proxy that the environment names, trusting the certificate authority that it names.
 * @throws Error where the authority's file cannot be read
 */
export function deskClient(env: NodeJS.ProcessEnv): DeskClient {
  const cache = new Map<string, HttpHandlerUserInput>();
  return (waits) => {
    const name = JSON.stringify(waits);
    const requestHandler = cache.get(name) ?? handlerOf(waits, env);
    cache.set(name, requestHandler);
    return { requestHandler, sha256: Sha256 };
  };
}

function handlerOf(waits: Waits, env: NodeJS.ProcessEnv): HttpHandlerUserInput {
  const proxy = proxySettings(env);
  const ca = authority(env);
  const options = { keepAlive: true, maxSockets: CALLS_AT_ONCE };
  const trusting = { ...options, ...(ca ? { ca } : {}) };
  const agents = { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(trusting) };
  const direct = new NodeHttpHandler({ ...waits, ...agents });
  if (!proxy.https && !proxy.http) return direct;
  const proxied = new NodeHttpHandler({
    ...waits,
    httpAgent: proxy.http ? new HttpProxyAgent(proxy.http, options) : agents.httpAgent,
    httpsAgent: proxy.https ? tunnelAgent(proxy.https, trusting) : agents.httpsAgent,
  });
  return {
    metadata: direct.metadata,
    handle: (...[request, given]: Parameters<NodeHttpHandler["handle"]>) =>
      (goesAround(request.hostname, proxy) ? direct : proxied).handle(request, given),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => {
      direct.destroy();
      proxied.destroy();
    },
  } as HttpHandlerUserInput;
}

/** What the agent is made with is for the way to the proxy; whom it trusts at the end of the tunnel is set beside. */
function tunnelAgent(proxy: string, options: https.AgentOptions): HttpsProxyAgent<string> {
  const agent = new HttpsProxyAgent(proxy, options);
  if (options.ca) Object.assign(agent.options, { ca: options.ca });
  return agent;
}

/**
 * The authority of one's own that AWS tools trust, beside those that Node.js does; `NODE_EXTRA_CA_CERTS` is Node's own.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html
 */
function authority({ AWS_CA_BUNDLE: path }: NodeJS.ProcessEnv): string[] | undefined {
  if (!path) return undefined;
  try {
    return [...rootCertificates, readFileSync(path, "utf8")];
  } catch (error) {
    throw new Error(`AWS_CA_BUNDLE=${path} cannot be read: ${(error as Error).message}`);
  }
}
