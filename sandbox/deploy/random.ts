import { hex, type Providers } from "./provider.ts";

/** Values that Pulumi draws once: here the same on each deployment, as its state would keep them. */
export const randomProviders: Providers = {
  "random:index/randomUuid:RandomUuid": async (_inputs, name, to) => {
    // The same on each deployment, as Pulumi's state would keep it.
    const digits = hex(`${to.account} ${name}`, 32);
    const result = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    return { id: result, state: { result } };
  },
};
