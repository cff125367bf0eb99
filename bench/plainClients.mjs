import { register } from "node:module";

/** Loaded before a program: its clients stay as the SDK makes them. What `src/collect/cachedConfig.ts` is worth shows beside it. */
register(
  `data:text/javascript,${encodeURIComponent(`
export const load = (url, context, next) =>
  new URL(url).pathname.endsWith("/src/collect/cachedConfig.ts")
    ? { format: "module", shortCircuit: true, source: "export const withCachedConfig = (client) => client;" }
    : next(url, context);
`)}`,
);
