// Starts a lane's thread: from its TypeScript source, where tsx takes the types away while loading, or as published.
import { existsSync } from "node:fs";

if (existsSync(new URL("./laneThread.ts", import.meta.url))) {
  const { register } = await import("tsx/esm/api");
  register();
  await import("./laneThread.ts");
} else await import("./laneThread.js");
