// What libraries do for an app, with nothing but Node: gRPC (there: the stub generated from
// upload.proto), HTTP, the MD5 of a file, and trying again.
import { createHash } from "node:crypto";
import fs from "node:fs";
import http2 from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";

const varint = (n) => (n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))]);

const encoded = ([tag, value]) =>
  typeof value === "number"
    ? Buffer.from([...varint(tag * 8), ...varint(value)])
    : Buffer.from([...varint(tag * 8 + 2), ...varint(Buffer.byteLength(value)), ...Buffer.from(value)]);

function decode(bytes, at = 0) {
  const fields = {}; // {field number: [values]}, as numbers and bytes
  const number = () => {
    let n = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      n += (byte % 128) * scale;
      if (byte < 128) return n;
    }
  };
  while (at < bytes.length) {
    const tag = number();
    const value = number();
    (fields[tag >> 3] ??= []).push(tag % 8 === 2 ? bytes.subarray(at, (at += value)) : value);
  }
  return fields;
}

// A protobuf map<string, string> as an object.
export const map = (entries) =>
  Object.fromEntries(entries.map((entry) => Object.values(decode(entry)).map(String)));

// One unary gRPC call; `fields` is {field number: string or number}. Fails with a gRPC `code`.
export const unary = (address, path, metadata, fields) =>
  new Promise((resolve, reject) => {
    const fail = (code) => reject(Object.assign(new Error(`${path}: gRPC code ${code}`), { code }));
    const connection = http2.connect(address).on("error", () => fail(14)); // UNAVAILABLE
    const stream = connection.request({
      ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", "grpc-timeout": "10S", ...metadata,
    });
    const parts = [];
    let code = 14;
    const told = (headers) => { code = Number(headers["grpc-status"] ?? code); };
    stream.on("response", told).on("trailers", told).on("data", (part) => parts.push(part)).on("error", () => {});
    stream.setTimeout(10_000, () => stream.close(http2.constants.NGHTTP2_CANCEL));
    stream.on("close", () => {
      connection.close();
      code === 0 ? resolve(decode(Buffer.concat(parts).subarray(5))) : fail(code);
    });
    const message = Buffer.concat(Object.entries(fields).map(encoded));
    const prefix = Buffer.alloc(5); // not compressed, and the length
    prefix.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([prefix, message]));
  });

// One HTTP request; fails with a `status`. 308 means "go on" here, and is no redirect.
export async function http(method, uri, headers, body) {
  const answer = await fetch(uri, { method, headers, body, redirect: "manual" });
  await answer.arrayBuffer();
  if (answer.ok || answer.status === 308) return answer;
  throw Object.assign(new Error(`storage answered ${answer.status}`), { status: answer.status });
}

export async function md5Of(file) {
  const hash = createHash("md5");
  for await (const block of fs.createReadStream(file)) hash.update(block);
  return hash.digest();
}

// DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE, 408, 429, 5xx, and a broken line: it passes.
const passes = ({ code, status }) =>
  code ? [4, 8, 14].includes(code) : !status || status >= 500 || [408, 429].includes(status);

// Eight tries, with full jitter: up to 0.5 s, 1 s, 2 s ... 30 s. `step` hears of its failures.
export async function patiently(step) {
  for (let failures = 0; ; failures++) {
    try {
      return await step(failures);
    } catch (error) {
      if (!passes(error) || failures === 7) throw error;
    }
    await sleep(Math.random() * Math.min(30_000, 500 * 2 ** failures));
  }
}
