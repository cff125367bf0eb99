/**
 * A sandbox for the bench's row `desk`, in a process of its own: its folder, how much longer each answer takes, and of
 * how many listings, in hundredths, its estate has anything. Tells its parent the endpoint, and ends with it.
 */
import { estateOf } from "../estate/audited.ts";
import { handedIn } from "../estate/handedIn.ts";
import { startSandbox } from "../sandbox/server.ts";

const [folder, latency, share] = process.argv.slice(2);
const { endpoint } = await startSandbox({
  ...handedIn,
  estate: estateOf(Number(share)),
  folder: folder!,
  port: 0,
  accounts: 1,
  latency: Number(latency),
});
process.on("disconnect", () => process.exit());
process.send!(endpoint);
