// node upload.mjs http://CATALOG FILE CONTENT_TYPE: uploads a video, over a bad line too.
// After a crash, run it again: it goes on where it stopped. CATALOG_USER_ID names the user,
// as the gateway would; an app sends `authorization: Bearer ...` instead.
import fs from "node:fs";
import { basename } from "node:path";
import { http, map, md5Of, patiently, unary } from "./wire.mjs";

const [catalog, file, contentType] = process.argv.slice(2);
const user_id = process.env.CATALOG_USER_ID;
const once = (method, fields) => unary(catalog, `/video.v1.UploadService/${method}`, { user_id }, fields);
const source = fs.openSync(file);
const { size, mtimeMs } = fs.fstatSync(source);
const md5 = await md5Of(file);
const memory = `${file}.${user_id}.upload`; // holds the session URI, a secret
const kept = fs.existsSync(memory) ? JSON.parse(fs.readFileSync(memory)) : {};
let session = kept.size === size && kept.mtimeMs === mtimeMs ? kept : null; // the file is still the same

async function start() {
  const init = { 1: basename(file), 2: size, 3: contentType, 4: md5.toString("hex") };
  const answer = await patiently(() => once("InitResumableUpload", init));
  const fresh = { id: String(answer[1]), chunk: answer[11][0], size, mtimeMs, resumes: 0 };
  if (answer[6]) return fresh; // already_completed: no session, as nothing is to be sent
  const opened = await patiently(() => http(String(answer[8]), String(answer[4]), map(answer[7])));
  fresh.uri = opened.headers.get("location");
  fs.writeFileSync(memory, JSON.stringify(fresh), { mode: 0o600 });
  return fresh;
}
async function put(range, body, hash = {}) { // how much is persisted; Infinity: the object is made
  const answer = await http("PUT", session.uri, { "content-range": `bytes ${range}/${size}`, ...hash }, body);
  return answer.ok ? Infinity : Number(answer.headers.get("range")?.split("-")[1] ?? -1) + 1;
}
async function advance(offset, failures) { // after any trouble: first ask what is persisted
  if (failures || !(offset < size)) console.log(`resumed at ${(offset = await put("*"))}`, (session.resumes += 1));
  if (offset >= size) return offset;
  const body = Buffer.alloc(Math.min(session.chunk, size - offset));
  const end = offset + fs.readSync(source, body, 0, body.length, offset);
  const hash = end === size ? { "x-goog-hash": `md5=${md5.toString("base64")}` } : {};
  const persisted = await put(`${offset}-${end - 1}`, body, hash);
  if (persisted > offset) return persisted;
  throw new Error("storage kept nothing"); // so that it is tried later
}
for (let offset = NaN, restarts = 0; offset !== Infinity; ) { // NaN: not known yet
  try {
    if (!session) [session, offset] = [await start(), 0];
    offset = session.uri ? await patiently((failures) => advance(offset, failures)) : Infinity;
  } catch (error) {
    if (error.status === 412) break; // somebody was faster; Catalog knows how it ended
    if (![404, 410, 499].includes(error.status) || restarts++ === 3) throw error;
    session = null; // lost: only a new one helps
  }
}
await once("ReportUploadProgress", { 1: session.id, 2: size, 3: session.resumes }).catch(() => {}); // a courtesy
const status = await patiently(async () => {
  const now = String((await once("GetUpload", { 1: session.id }))[1]);
  if (now === "pending" || now === "uploading") throw new Error("not yet"); // until the notification is here
  return now;
});
fs.rmSync(memory, { force: true });
console.log(status, session.id);
process.exitCode = status === "completed" ? 0 : 1;
