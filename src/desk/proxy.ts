/** Which proxy leads out, as the environment says it. */
export interface ProxySettings {
  /** For endpoints that are reached by TLS, and for others. */
  https?: string | undefined;
  http?: string | undefined;
  /** Hosts that are reached without it. */
  no: readonly string[];
}

/**
 * Reads what every AWS tool reads; the names in small letters count before the others, as with curl.
 * @see https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
 */
export function proxySettings(env: NodeJS.ProcessEnv): ProxySettings {
  const read = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const no = (read("NO_PROXY") ?? "").split(/[\s,]+/).filter(Boolean);
  return { https: read("HTTPS_PROXY"), http: read("HTTP_PROXY"), no };
}

/** Whether a host is reached without the proxy: it is named, or ends with a name, or everything is. */
export function goesAround(hostname: string, { no }: Pick<ProxySettings, "no">): boolean {
  const host = hostname.toLowerCase();
  return no.some((entry) => {
    const name = entry
      .toLowerCase()
      .replace(/^\*?\./, "")
      .replace(/:\d+$/, "");
    return entry === "*" || host === name || host.endsWith(`.${name}`);
  });
}
