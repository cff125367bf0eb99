import { createRequire } from "node:module";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";

const require = createRequire(import.meta.url);

// biome-ignore lint/suspicious/noExplicitAny: Pulumi's SDK ships its service definitions without usable types
export type Rpc = any;

/** Messages and services of Pulumi's plugin protocol. */
export const pb: Readonly<Record<"language" | "provider" | "plugin", Rpc>> = {
  language: {
    ...require("@pulumi/pulumi/proto/language_grpc_pb.js"),
    ...require("@pulumi/pulumi/proto/language_pb.js"),
  },
  provider: {
    ...require("@pulumi/pulumi/proto/provider_grpc_pb.js"),
    ...require("@pulumi/pulumi/proto/provider_pb.js"),
  },
  plugin: require("@pulumi/pulumi/proto/plugin_pb.js"),
};
export const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js") as Rpc;
export const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js") as Rpc;
/** The file that Pulumi's own host for Node.js runs a program with. */
export const runner = (): string => require.resolve("@pulumi/pulumi/cmd/run");

/** An answer to a call; a caller has a name for as long as it is connected, and `gone` says when it waits no more. */
export type Answer = (request: Rpc, caller: string, gone: AbortSignal) => Rpc | Promise<Rpc>;

/** A server of one of Pulumi's services on a port of its own; what is not answered is unimplemented. */
export async function serve(service: Rpc, answers: Readonly<Record<string, Answer>>) {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  const handlers = Object.entries(answers).map(([name, answer]) => [
    name,
    async (call: Rpc, done: Rpc) => {
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort());
      try {
        done(null, await answer(call.request, call.getPeer(), gone.signal));
      } catch (error) {
        done({ code: grpc.status.UNKNOWN, details: (error as Error).message });
      }
    },
  ]);
  server.addService(service, Object.fromEntries(handlers));
  const port = await promisify(server.bindAsync.bind(server))("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  return { port, close: () => server.forceShutdown() };
}
