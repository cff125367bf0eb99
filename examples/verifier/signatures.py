"""Keys, signatures and changes of key: "Signatures" and "Change of key" of docs/evidence/format.md."""

import base64
import functools
import os
import re
import subprocess
import tempfile

from verifier.documents import LAST_SEQUENCE, canonical, kind_of, parse, sha256

# Of the group P-256: how many elements it has.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY_FILE_AT_MOST = 16384
SIGNED_BY_BOTH = ("format", "from", "to", "sequence", "previous_manifest_sha256")


def pem_of(der):
    text = base64.b64encode(der).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


def keys_in(pem):
    """Public keys of a PEM text by fingerprint: each as PEM, with the sequence numbers that it may sign."""
    keys = {}
    block = r"(.*?)-----BEGIN PUBLIC KEY-----([^-]+)-----END PUBLIC KEY-----"
    for before, body in re.findall(block, pem, re.DOTALL):
        der = base64.b64decode(body)
        limit = re.search(r"^sequence: *(\d+) *- *(\d*) *$", before, re.MULTILINE)
        first, last = (int(limit[1]), int(limit[2] or LAST_SEQUENCE)) if limit else (1, LAST_SEQUENCE)
        keys[sha256(der)] = pem_of(der), first, last
    return keys


def given_keys(pem):
    """Keys of a text that somebody gave. Raises ValueError where there is none in it, or one that openssl refuses."""
    keys = keys_in(pem)
    for each, _first, _last in keys.values():
        check = subprocess.run(["openssl", "pkey", "-pubin", "-noout"], input=each.encode(), capture_output=True)
        if check.returncode:
            raise ValueError("a public key cannot be read")
    if not keys:
        raise ValueError("there is no PEM block BEGIN PUBLIC KEY in it")
    return keys


def der_number(number):
    size = number.bit_length() // 8 + 1
    return bytes([2, size]) + number.to_bytes(size, "big")


def has_one_form(signature):
    """Whether a signature is DER of two numbers in their shortest form, the second at most half the order."""
    try:
        second = 4 + signature[3]
        r = int.from_bytes(signature[4:second], "big")
        s = int.from_bytes(signature[second + 2:], "big")
        body = der_number(r) + der_number(s)
        return 0 < r < ORDER and 0 < s <= ORDER // 2 and bytes([0x30, len(body)]) + body == signature
    except (IndexError, ValueError, OverflowError):
        return False


@functools.lru_cache(maxsize=512)
def fits(pem, data, signature):
    """Whether a signature is of these bytes, by this key. openssl decides."""
    with tempfile.TemporaryDirectory() as folder:
        for name, body in (("key", pem.encode()), ("signature", signature), ("data", data)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(body)
        check = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "signature", "data"]
        return subprocess.run(check, cwd=folder, capture_output=True).returncode == 0


def from_base64(text):
    """The bytes of a text that is base64 in its one form. Raises ValueError for any other."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 in another form")
    return data


def change_of_key(data, sequence):
    """The record of a change of key; None where it is not as the sealer writes it, signed by both keys."""
    record = parse(data)
    try:
        signed = {name: record[name] for name in SIGNED_BY_BOTH}
        whole = {**signed, "signatures": {side: record["signatures"][side] for side in ("from", "to")}}
        if canonical(whole) != data or record["format"] != "audit-ecosystem/key-hand-over/1":
            return None
        if record["sequence"] != sequence or record["from"]["sha256"] == record["to"]["sha256"]:
            return None
        for side in ("from", "to"):
            der = from_base64(record[side]["public_key"])
            signature = from_base64(record["signatures"][side])
            if record[side] != {"public_key": record[side]["public_key"], "sha256": sha256(der)}:
                return None
            if not has_one_form(signature) or not fits(pem_of(der), canonical(signed), signature):
                return None
        return record
    except (KeyError, TypeError, ValueError):
        return None


class Keys:
    """Keys that signatures are checked with: those given, or those that lie beside the evidence."""

    def __init__(self, copy, given):
        self.copy = copy
        self.are_given = given is not None
        self.given = dict(given or {})
        self.changes = {}  # by sequence number; None: not signed by both keys

    def pem(self, fingerprint):
        if not self.are_given:
            return self.beside(fingerprint)
        return self.given[fingerprint][0] if fingerprint in self.given else None

    def beside(self, fingerprint):
        """The key of the copy that is of this fingerprint, as the system writes it."""
        data = self.copy.read(f"keys/{fingerprint}.pem", KEY_FILE_AT_MOST)
        try:
            der = base64.b64decode("".join(data.decode().split("\n")[1:-2]))
        except (ValueError, AttributeError):
            return None
        return data.decode() if sha256(der) == fingerprint and pem_of(der).encode() == data else None

    def may_sign(self, fingerprint, sequence):
        """Whether a key is given for a sequence number, was handed to before it, and has not handed over."""
        if not self.are_given:
            return True
        _pem, first, last = self.given[fingerprint]
        begins = []
        for at, record in sorted(self.changes.items()):
            for side in ("from", "to"):
                if record and record[side]["sha256"] == fingerprint:
                    begins.append((at, side == "to"))
        before = [is_begun for at, is_begun in begins if at <= sequence]
        is_signer = before[-1] if before else not begins or not begins[0][1]
        return first <= sequence <= last and is_signer

    def follow_changes(self, listing):
        """Reads the changes of key, and trusts the keys that lead to or from those that were given."""
        for key, _size in listing:
            kind, parts = kind_of(key)
            data = self.copy.read(key, KEY_FILE_AT_MOST) if kind == "change of key" else None
            if data is not None:
                sequence = int(parts["sequence"])
                self.changes[sequence] = change_of_key(data, sequence)
        for _ in self.changes:
            for sequence, record in sorted(self.changes.items()):
                if record:
                    self.trust(record["from"], record["to"], sequence - 1)
                    self.trust(record["to"], record["from"], sequence)

    def trust(self, known, other, sequence):
        """Who trusts one of two keys trusts the other, where the known one signed its own number."""
        if known["sha256"] in self.given and other["sha256"] not in self.given:
            if self.may_sign(known["sha256"], sequence):
                der = base64.b64decode(other["public_key"])
                self.given[other["sha256"]] = pem_of(der), 1, LAST_SEQUENCE


def says_change(seal, record):
    """Whether a manifest says the same change of key as the record of it."""
    key, previous = seal["signing_key"] or {}, seal["previous"] or {}
    said = key.get("replaces"), key.get("sha256"), previous.get("manifest_sha256")
    return said == (record["from"]["sha256"], record["to"]["sha256"], record["previous_manifest_sha256"])
