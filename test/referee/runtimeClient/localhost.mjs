import dns from "node:dns";

// Every name below localhost is this machine (RFC 6761), which not every resolver knows.
const { lookup } = dns;
dns.lookup = (host, ...rest) => lookup(host.endsWith(".localhost") ? "127.0.0.1" : host, ...rest);
