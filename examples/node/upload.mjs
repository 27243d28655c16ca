// node upload.mjs http://CATALOG FILE CONTENT_TYPE: uploads a video, over a bad line too.
// After a crash, run it again: it goes on where it stopped. CATALOG_USER_ID names the user,
// as the gateway would; an app sends `authorization: Bearer ...` instead.
import { createHash } from "node:crypto";
import fs from "node:fs";
import { basename } from "node:path";
import { decode, http, patiently, unary } from "./wire.mjs";

const [catalog, file, contentType] = process.argv.slice(2);
const source = fs.openSync(file);
const { size, mtimeMs } = fs.fstatSync(source);
const memory = `${file}.${process.env.CATALOG_USER_ID}.upload`; // holds the session URI, a secret
const hash = createHash("md5");
for await (const block of fs.createReadStream(file)) hash.update(block);
const md5 = hash.digest();
let session = null; // { id, chunk, uri, size, mtimeMs }
let resumes = 0;

const user = { user_id: process.env.CATALOG_USER_ID };
const once = (method, fields) => unary(catalog, `/video.v1.UploadService/${method}`, user, fields);

async function start() {
  const init = { 1: basename(file), 2: size, 3: contentType, 4: md5.toString("hex") };
  const answer = await patiently(() => once("InitResumableUpload", init));
  const fresh = { id: String(answer[1]), chunk: answer[11][0], size, mtimeMs };
  if (answer[6]) return fresh; // already_completed: no session, as nothing is to be sent
  const headers = Object.fromEntries(answer[7].map((entry) => Object.values(decode(entry)).map(String)));
  const opened = await patiently(() => http(String(answer[8]), String(answer[4]), headers));
  fresh.uri = opened.headers.get("location");
  fs.writeFileSync(memory, JSON.stringify(fresh), { mode: 0o600 });
  return fresh;
}
async function put(range, body, hashed = {}) { // how much is persisted; Infinity: the object is made
  const answer = await http("PUT", session.uri, { "content-range": `bytes ${range}/${size}`, ...hashed }, body);
  return answer.ok ? Infinity : Number(answer.headers.get("range")?.split("-")[1] ?? -1) + 1;
}
async function putChunk(offset) {
  const end = Math.min(offset + session.chunk, size);
  const body = Buffer.alloc(end - offset);
  fs.readSync(source, body, 0, body.length, offset);
  const hashed = end === size ? { "x-goog-hash": `md5=${md5.toString("base64")}` } : {};
  const persisted = await put(`${offset}-${end - 1}`, body, hashed);
  if (persisted <= offset) throw new Error("storage kept nothing"); // so that it is tried later
  return persisted;
}
async function advance(offset, failures) { // after any trouble: first ask what is persisted
  if (offset !== null && !failures && offset < size) return putChunk(offset);
  const persisted = await put("*");
  console.log(`resumed at ${persisted}`, (resumes += 1));
  return persisted < size ? putChunk(persisted) : persisted;
}

const kept = fs.existsSync(memory) ? JSON.parse(fs.readFileSync(memory)) : {};
if (kept.size === size && kept.mtimeMs === mtimeMs) session = kept; // the file is still the same
for (let offset = null, restarts = 0; offset !== Infinity; ) {
  try {
    if (!session) [session, offset] = [await start(), 0];
    offset = session.uri ? await patiently((failures) => advance(offset, failures)) : Infinity;
  } catch (error) {
    if (error.status === 412) break; // somebody was faster; Catalog knows how it ended
    if (![404, 410, 499].includes(error.status) || restarts++ === 3) throw error;
    session = null; // lost: only a new one helps
  }
}
await once("ReportUploadProgress", { 1: session.id, 2: size, 3: resumes }).catch(() => {}); // a courtesy
const status = await patiently(async () => {
  const now = String((await once("GetUpload", { 1: session.id }))[1]);
  if (now === "pending" || now === "uploading") throw new Error("not yet"); // until the notification is here
  return now;
});
fs.rmSync(memory, { force: true });
console.log(status, session.id);
process.exitCode = status === "completed" ? 0 : 1;
