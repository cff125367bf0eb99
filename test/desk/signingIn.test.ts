import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findCaller } from "../../src/desk/caller.ts";
import { deskClient } from "../../src/desk/deskConnections.ts";
import { restoreEnvironment } from "../environment.ts";

const ACCOUNT = "111111111111";
const SERIAL = `arn:aws:iam::${ACCOUNT}:mfa/alice`;

/** An STS that tells who asks, and lends a role to who has the right code. */
const sts =
  (asked: URLSearchParams[]): RequestListener =>
  async (request, answer) => {
    let body = "";
    for await (const piece of request) body += String(piece);
    const said = new URLSearchParams(body);
    asked.push(said);
    const action = said.get("Action");
    if (action === "AssumeRole" && said.get("TokenCode") !== "123456") {
      answer.writeHead(403, { "content-type": "text/xml" });
      answer.end("<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>");
      return;
    }
    const lent = `<Credentials><AccessKeyId>ASIALENT</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>`;
    const who = `<Account>${ACCOUNT}</Account><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/reader/s</Arn>`;
    answer.writeHead(200, { "content-type": "text/xml" });
    answer.end(
      `<${action}Response><${action}Result>${action === "AssumeRole" ? lent : who}</${action}Result></${action}Response>`,
    );
  };

const listening = async (server: Server): Promise<number> => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

describe("signing in from a desk", () => {
  const before = { ...process.env };
  const servers: Server[] = [];
  let folder: string;
  let asked: URLSearchParams[];
  const started = async (server: Server): Promise<number> => {
    servers.push(server);
    return listening(server);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "signing-in-"));
    asked = [];
  });
  afterEach(() => {
    restoreEnvironment(before);
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(folder, { recursive: true });
  });

  /** Sets the environment, as a shell would: a profile with keys, and one with a role that asks for a code. */
  function shell(variables: Record<string, string>): void {
    const path = join(folder, "config");
    writeFileSync(
      path,
      `[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = s
[profile reader]
role_arn = arn:aws:iam::${ACCOUNT}:role/reader
source_profile = keys
mfa_serial = ${SERIAL}
region = eu-central-1
`,
    );
    const kept = Object.entries(before).filter(([name]) => !/^AWS_|_PROXY$/i.test(name));
    restoreEnvironment({
      ...Object.fromEntries(kept as [string, string][]),
      AWS_CONFIG_FILE: path,
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
      AWS_EC2_METADATA_DISABLED: "true",
      ...variables,
    });
  }
  const found = (profile: string, code: string, serials: string[] = []) =>
    findCaller({
      profile,
      mfaCode: async (serial) => {
        serials.push(serial);
        return code;
      },
      client: deskClient(process.env),
    });

  it("asks once for the code of the device that a profile names, and enters its role with it", async () => {
    shell({ AWS_ENDPOINT_URL: `http://127.0.0.1:${await started(createServer(sts(asked)))}` });
    const serials: string[] = [];
    const caller = await found("reader", "123456", serials);
    expect(caller).to.include({ account: ACCOUNT, region: "eu-central-1" });
    await caller.credentials();
    expect(serials).to.deep.equal([SERIAL]);
    expect(asked[0]!.get("SerialNumber")).to.equal(SERIAL);
    expect(asked.map((each) => each.get("Action"))).to.deep.equal(["AssumeRole", "GetCallerIdentity"]);
  });

  it("does not go on with a wrong code", async () => {
    shell({ AWS_ENDPOINT_URL: `http://127.0.0.1:${await started(createServer(sts(asked)))}` });
    const error = await found("reader", "000000").catch((thrown: Error) => thrown);
    expect(error).to.be.instanceOf(Error);
    expect(asked.map((each) => each.get("Action"))).not.to.include("GetCallerIdentity");
  });

  describe("by TLS through a proxy", () => {
    let tunnels: string[];
    let tls: number;
    let proxy: number;
    beforeEach(async () => {
      tunnels = [];
      const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
      execFileSync(
        "openssl",
        [
          ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
          ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
        ],
        { stdio: "ignore" },
      );
      tls = await started(
        createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, sts(asked)) as unknown as Server,
      );
      const tunnel = createServer();
      tunnel.on("connect", (request, socket, head) => {
        tunnels.push(request.url!);
        const onward = connect(Number(request.url!.split(":")[1]), "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
          onward.write(head);
          onward.pipe(socket).pipe(onward);
        });
        for (const each of [onward, socket]) each.on("error", () => onward.destroy());
      });
      proxy = await started(tunnel);
    });
    const through = (more: Record<string, string>) =>
      shell({ AWS_ENDPOINT_URL: `https://localhost:${tls}`, HTTPS_PROXY: `http://127.0.0.1:${proxy}`, ...more });

    it("trusts the authority that AWS_CA_BUNDLE names, and goes by the tunnel", async () => {
      through({ AWS_CA_BUNDLE: join(folder, "cert.pem") });
      expect(await found("keys", "")).to.include({ account: ACCOUNT });
      expect(tunnels).to.deep.equal([`localhost:${tls}`]);
    });

    it("trusts no authority of that kind without it", async () => {
      through({});
      const error = await found("keys", "").catch((thrown: NodeJS.ErrnoException) => thrown);
      expect((error as NodeJS.ErrnoException).code).to.match(/SELF_SIGNED|UNABLE_TO_VERIFY/);
      expect(asked).to.deep.equal([]);
    });

    it("says which file it is where the authority cannot be read", async () => {
      through({ AWS_CA_BUNDLE: join(folder, "nowhere.pem") });
      const error = await found("keys", "").catch((thrown: Error) => thrown);
      expect((error as Error).message).to.match(/AWS_CA_BUNDLE=.*nowhere\.pem cannot be read/);
    });
  });
});
