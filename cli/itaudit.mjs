#!/usr/bin/env node
// Starts the command line: from its TypeScript source, where tsx takes the types away while loading, or as published.
import { existsSync } from "node:fs";

// On Node 20 the SDK says in each command that its versions from 2027 on will want Node 22.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
if (existsSync(new URL("./itaudit.ts", import.meta.url))) {
  const { register } = await import("tsx/esm/api");
  register();
  await import("./itaudit.ts");
} else await import("./itaudit.js");
