#!/usr/bin/env node
// Starts the command line from its TypeScript source: tsx takes the types away while loading.
import { register } from "tsx/esm/api";

// On Node 20 the SDK says in each command that its versions from 2027 on will want Node 22.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
register();
await import("./itaudit.ts");
