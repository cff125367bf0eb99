/**
 * A sandbox for the bench's row `desk`, in a process of its own: its folder, and how much longer each answer takes. Tells
 * its parent the endpoint, and ends with it.
 */
import { handedIn } from "../estate/handedIn.ts";
import { startSandbox } from "../sandbox/server.ts";

const [folder, latency] = process.argv.slice(2);
const { endpoint } = await startSandbox({
  ...handedIn,
  folder: folder!,
  port: 0,
  accounts: 1,
  latency: Number(latency),
});
process.on("disconnect", () => process.exit());
process.send!(endpoint);
