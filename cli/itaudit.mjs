#!/usr/bin/env node
// Starts the command line from its TypeScript source: tsx takes the types away while loading.
import { register } from "tsx/esm/api";

register();
await import("./itaudit.ts");
