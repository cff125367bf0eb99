// Starts a lane's thread from its TypeScript source, where tsx takes the types away while loading.
import { register } from "tsx/esm/api";

register();
await import("./laneThread.ts");
