"""Checkpoints that a witness outside has cosigned: docs/witness.md, https://c2sp.org/tlog-cosignature."""

import base64
import hashlib
import os
import re
import subprocess
import tempfile

from verifier.documents import kind_of, link_key
from verifier.proof import node
from verifier.signatures import pem_of

CHECKPOINT_AT_MOST = 65536
# What stands before an Ed25519 key in its DER.
ED25519 = bytes.fromhex("302a300506032b6570032100")
COSIGNATURE = bytes([4])  # its kind, by https://c2sp.org/signed-note
CHECKPOINT = re.compile(r"(.+)\n(0|[1-9]\d{0,8})\n([A-Za-z0-9+/]{43}=)\n", re.ASCII)
SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node(tree_root(leaves[:left]), tree_root(leaves[left:]))


def is_signed(pem, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        for name, body in (("key", pem.encode()), ("signature", signature), ("message", message)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(body)
        check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "message",
                 "-sigfile", "signature"]
        return subprocess.run(check, cwd=folder, capture_output=True).returncode == 0


class Witness:
    """A witness's key, PEM or a line `name+id+key`, and checkpoints that were kept elsewhere, as texts."""

    def __init__(self, key, kept):
        if "BEGIN PUBLIC KEY" in key:
            self.name = None
            der = base64.b64decode("".join(key.strip().split("\n")[1:-1]))
        else:
            self.name, _key_id, body = key.strip().split("+", 2)
            der = ED25519 + base64.b64decode(body)[1:]
        if not der.startswith(ED25519) or len(der) != len(ED25519) + 32:
            raise ValueError("a witness signs with Ed25519")
        self.raw, self.pem, self.kept = der[len(ED25519):], pem_of(der), kept

    def read(self, text):
        """Size and root of a checkpoint that the witness cosigned; None: it did not; False: it is forged."""
        body, found, lines = text.rpartition("\n\n")
        checkpoint = CHECKPOINT.fullmatch(body + "\n")
        if not found or not checkpoint or not lines.endswith("\n"):
            return False
        for name, encoded in (line.groups() for line in map(SIGNATURE.fullmatch, lines.split("\n")) if line):
            data = base64.b64decode(encoded)
            key_id = hashlib.sha256(name.encode() + b"\n" + COSIGNATURE + self.raw).digest()[:4]
            if data[:4] != key_id or self.name not in (None, name):
                continue
            time = int.from_bytes(data[4:12], "big")
            message = f"cosignature/v1\ntime {time}\n{body}\n".encode()
            if len(data) != 76 or not is_signed(self.pem, message, data[12:]):
                return False
            return int(checkpoint[2]), base64.b64decode(checkpoint[3])
        return None

    def check(self, copy, listing, chain, say):
        """Compares a chain with each checkpoint of the witness. Returns whether it saw the newest run."""
        seen = []
        for text in self.kept:
            checkpoint = self.read(text)
            if not checkpoint:
                raise ValueError("a given checkpoint is not cosigned by the given witness")
            seen.append(checkpoint)
        for key, _size in listing:
            if kind_of(key)[0] != "witnessed" or not key.startswith("log/checkpoints/"):
                continue
            text = (copy.read(key, CHECKPOINT_AT_MOST) or b"").decode("utf-8", "replace")
            checkpoint = self.read(text)
            if checkpoint is False:
                say("altered", key, "it is no checkpoint, or its cosignature is not of it")
            elif checkpoint:
                seen.append(checkpoint)
        last = max(chain, default=0)
        leaves = []
        while len(leaves) + 1 in chain:
            leaves.append(hashlib.sha256(b"\0" + bytes.fromhex(chain[len(leaves) + 1].sha256)).digest())
        for size, root in seen:
            if size > last or size > len(leaves) or tree_root(leaves[:size]) != root:
                say("rollback", link_key(max(size, 1)), f"the witness saw another history of {size} runs")
        return max((size for size, _root in seen), default=0) >= last
