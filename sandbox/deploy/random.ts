import { hex, type Providers, type Target } from "./provider.ts";

/** The same on each deployment, as Pulumi's state would keep it. */
const uuid = (name: string, to: Target): string =>
  hex(`${to.account} ${name}`, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** Values that Pulumi draws once: here the same on each deployment, as its state would keep them. */
export const randomProviders: Providers = {
  "random:index/randomUuid:RandomUuid": async (_inputs, name, to) => {
    const result = uuid(name, to);
    return { id: result, state: { result } };
  },
  "random:index/randomPassword:RandomPassword": async ({ length }, name, to) => ({
    id: "none",
    state: { result: hex(`${to.account} ${name}`, length) },
  }),
};
