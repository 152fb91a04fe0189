// An auditor's own check of a proof of an entry, from engine/ledger/README.md alone: no part of Troth is used.
// node auditor.mjs PROOF KEY prints the entry as JSON, or fails.
import assert from "node:assert";
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const hash = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const bytes = (text) => Buffer.from(text, "base64");

// The key: name, id, and 33 bytes of which the first says Ed25519.
const [name, id, ...rest] = readFileSync(process.argv[3], "utf8").trim().split("+");
const key = bytes(rest.join("+"));
assert(key.length === 33 && key[0] === 1);
assert.equal(hash(Buffer.from(`${name}\n`), key).subarray(0, 4).toString("hex"), id);
const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key.subarray(1)]);
const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });

// The proof: lines, an empty line, three lines of a head, an empty line, a signature.
const text = readFileSync(process.argv[2], "utf8");
const gap = text.indexOf("\n\n");
const [first, extra, index, ...path] = text.slice(0, gap).split("\n");
assert.equal(first, "c2sp.org/tlog-proof@v1");
const note = text.slice(gap + 2);
const end = note.lastIndexOf("\n\n");
const [origin, size, root] = note.slice(0, end).split("\n");
assert.equal(origin, name);
const signed = note.slice(end + 2).trimEnd().split("\n").map((line) => line.split(" "));
const signature = bytes(signed.find((words) => words[0] === "—" && words[1] === name)[2]);
assert.equal(signature.subarray(0, 4).toString("hex"), id);
assert(verify(null, Buffer.from(note.slice(0, end + 1)), publicKey, signature.subarray(4)), "signature");

// The way up, by halves: a tree of n leaves has the largest power of two below n on its left.
const content = bytes(extra.slice("extra ".length));
const hashes = path.map(bytes);
const above = (leaf, count) => {
  if (count === 1n) return hash(Buffer.from([0]), content);
  let left = 1n;
  while (left * 2n < count) left *= 2n;
  const beside = hashes.pop();
  const parts = leaf < left ? [above(leaf, left), beside] : [beside, above(leaf - left, count - left)];
  return hash(Buffer.from([1]), ...parts);
};
const seq = BigInt(index.slice("index ".length));
assert.equal(above(seq, BigInt(size)).toString("base64"), root);
assert.equal(hashes.length, 0);

// The entry.
assert.equal(content.subarray(0, 14).toString(), "troth entry 1\n");
assert.equal(content.readBigInt64BE(14), seq);
const texts = [];
for (let place = 30; place < content.length; place += 4 + content.readUInt32BE(place)) {
  texts.push(content.subarray(place + 4, place + 4 + content.readUInt32BE(place)).toString());
}
const [kind, actor, subject, body] = texts;
console.log(JSON.stringify([Number(seq), String(content.readBigInt64BE(22)), kind, actor, subject, body]));
