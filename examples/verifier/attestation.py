"""The attestation beside a manifest: "Attestation" of docs/evidence/format.md."""

import base64
import json

from verifier.documents import canonical, run_key
from verifier.signatures import fits, from_base64, has_one_form

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE = ("run_id", "run_date", "sequence", "sealed_at", "complete", "previous", "tool", "totals")
UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError)


def statement_of(seal, manifest_sha256):
    """What an attestation says, as it follows from the manifest."""
    manifest_key = run_key(seal["run_date"], seal["run_id"], "manifest.json")
    subjects = (manifest_key, manifest_sha256), (seal["plan"]["key"], seal["plan"]["sha256"])
    return canonical({
        "_type": seal["attestation"],
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects],
        "predicateType": "urn:audit-ecosystem:sealed-run:v1",
        "predicate": {name: seal[name] for name in PREDICATE},
    })


def is_signed(pem, payload, signature):
    """A DSSE signature is over the payload with its type and length before it."""
    message = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} ".encode() + payload
    return has_one_form(signature) and fits(pem, message, signature)


def envelope_of(statement, keyid, sig):
    payload = base64.b64encode(statement).decode()
    return canonical({
        "payload": payload,
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": keyid, "sig": sig}],
    })


def is_attestation(data, seal, manifest_sha256, pem):
    """Whether it is the one that follows from the manifest. Without the key, its signature is not judged."""
    try:
        statement = statement_of(seal, manifest_sha256)
        sig = json.loads(data)["signatures"][0]["sig"]
        signature = from_base64(sig)
        as_written = envelope_of(statement, seal["signing_key"]["sha256"], sig) == data
        return as_written and (pem is None or is_signed(pem, statement, signature))
    except UNREADABLE:
        return False


def is_of_other_manifest(data, seal, manifest_sha256, pem):
    """Whether it is signed, and of a manifest of this run with another hash: the manifest was altered."""
    name = run_key(seal["run_date"], seal["run_id"], "manifest.json")
    try:
        envelope = json.loads(data)
        payload = from_base64(envelope["payload"])
        if pem is None or not is_signed(pem, payload, from_base64(envelope["signatures"][0]["sig"])):
            return False
        hashes = [each["digest"]["sha256"] for each in json.loads(payload)["subject"] if each["name"] == name]
        return any(each != manifest_sha256 for each in hashes)
    except UNREADABLE:
        return False
