/** How often a webhook is tried, and the most milliseconds that are waited before the next time. */
const TRIES = 4;
const WAIT_AT_MOST_MS = 10_000;

/** What posting needs of the world. */
export interface Web {
  fetch: typeof fetch;
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<void>;
}

/** A webhook did not take the message. Its address is a secret and stands nowhere in it. */
export class WebhookError extends Error {}

/**
 * Posts a text to an incoming webhook as Slack, Mattermost and others take it. Busy and broken servers are tried
 * again; what they refuse is not.
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * @throws WebhookError
 */
export async function postToWebhook(address: string, text: string, { fetch, wait }: Web): Promise<void> {
  const url = checked(address);
  let problem = "";
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    let pause = Math.min(500 * 2 ** attempt, WAIT_AT_MOST_MS);
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text: escaped(text) }),
        redirect: "error",
        signal: AbortSignal.timeout(10_000),
      });
      await answer.body?.cancel();
      if (answer.ok) return;
      problem = `it answered with ${answer.status}`;
      if (answer.status !== 429 && answer.status < 500) break;
      const seconds = Number(answer.headers.get("retry-after"));
      if (seconds > 0) pause = Math.min(seconds * 1000, WAIT_AT_MOST_MS);
    } catch (error) {
      // The message of a failed fetch can hold the address; the name of what went wrong does not.
      problem = `it did not answer: ${(error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name}`;
    }
    if (attempt < TRIES) await wait(pause);
  }
  throw new WebhookError(`the webhook did not take the message: ${problem}`);
}

/** Over TLS; only to this machine without. */
function checked(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const local = url?.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url?.protocol !== "https:" && !local)
    throw new WebhookError("the webhook's address must start with https://: look at the parameter's value");
  return url!;
}

/** A name in a text must not become a mention or a link. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
