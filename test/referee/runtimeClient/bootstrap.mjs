// In place of the sandbox's bootstrap: runs a bundle as AWS does, by Lambda's runtime interface client in Node.js 24,
// and is the runtime API that the client asks for events.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runtimeClient } from "./installed.mjs";

const { SANDBOX_BUNDLE, NODE_NO_WARNINGS: _own, ...environment } = process.env;
const root = dirname(fileURLToPath(SANDBOX_BUNDLE));
const { node, client } = runtimeClient();

/** Events that nobody has fetched yet, and the client's question for the next one. */
const events = [];
let waiting;
const next = () => {
  if (!waiting || !events.length) return;
  const { event, deadline, context } = events.shift();
  waiting.writeHead(200, {
    "content-type": "application/json",
    "lambda-runtime-aws-request-id": context.awsRequestId,
    "lambda-runtime-deadline-ms": String(Math.round(deadline)),
    "lambda-runtime-invoked-function-arn": context.invokedFunctionArn,
    "lambda-runtime-trace-id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
  });
  waiting.end(JSON.stringify(event ?? {}));
  waiting = undefined;
};

const api = createServer((request, response) => {
  if (request.method === "GET") {
    waiting = response;
    return next();
  }
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    response.writeHead(202, { "content-type": "application/json" });
    response.end('{"status":"OK"}');
    const payload = JSON.parse(Buffer.concat(parts).toString() || "null");
    if (request.url.endsWith("/init/error")) process.stderr.write(`${JSON.stringify(payload)}\n`);
    else process.send({ payload, ...(request.url.endsWith("/error") ? { error: "Unhandled" } : {}) });
  });
});
api.listen(0, "127.0.0.1", () => {
  const runtime = spawn(node, [client, "index.handler"], {
    cwd: root,
    env: {
      ...environment,
      _HANDLER: "index.handler",
      LAMBDA_TASK_ROOT: root,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${api.address().port}`,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_LOG_STREAM_NAME: "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_FORMAT: "JSON",
      AWS_LAMBDA_LOG_LEVEL: "INFO",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      TZ: ":UTC",
      NODE_OPTIONS: `--import=${new URL("./localhost.mjs", import.meta.url).href}`,
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  runtime.on("exit", (code) => process.exit(code ?? 1));
  process.on("disconnect", () => runtime.kill("SIGKILL"));
  process.on("exit", () => runtime.kill("SIGKILL"));
});
process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  events.push(message);
  next();
});
