// Sends requests from a file and prints what came of it: as fast as they are answered (autocannon), or, with
// `rate`, so many a second, evenly. autocannon sends a second's requests in one burst, so that is done here.
// A request that waits for a free connection has begun: what the server holds up counts.
import autocannon from "autocannon";
import { readFileSync } from "node:fs";
import net from "node:net";

const [file, options] = [process.argv[2], JSON.parse(process.argv[3])];
const requests = file === "-" ? [{ method: "GET" }] : JSON.parse(readFileSync(file, "utf8"));

async function flatOut(options) {
  let next = 0;
  const share = Math.ceil(requests.length / options.connections);
  const setupClient = (client) => {
    const mine = requests.slice(next * share, ++next * share);
    client.setRequests(mine.length ? mine : requests.slice(0, 1)); // every connection prepares its own only
  };
  const told = await autocannon({ ...options, setupClient, timeout: 10 });
  const { "2xx": ok, non2xx: other, errors } = told;
  return { rps: told.requests.average, requests: told.requests.total, ok, other, errors };
}

async function paced({ url, connections, rate, duration }) {
  const { hostname, port, host } = new URL(url);
  const written = requests.map((each) => asText(each, host));
  const [total, times, waiting, free] = [rate * duration, [], [], []];
  const counts = { ok: 0, other: 0, errors: 0 };
  let [sent, finish] = [0, undefined];
  const finished = new Promise((resolve) => (finish = resolve));
  const answered = (line, what, start) => {
    times.push(performance.now() - start);
    counts[what] += 1;
    if (waiting.length) line.ask(...waiting.shift());
    else free.push(line);
    if (times.length === total) finish();
  };
  const lines = Array.from({ length: connections }, () => new Line(hostname, port, answered));
  free.push(...lines);
  const began = performance.now();
  const timer = setInterval(() => {
    const due = Math.min(total, ((performance.now() - began) / 1000) * rate);
    for (; sent < due; sent += 1) {
      const question = [written[sent % written.length], performance.now()];
      if (free.length) free.pop().ask(...question);
      else waiting.push(question);
    }
    if (sent >= total) clearInterval(timer);
  }, 1);
  await finished;
  const seconds = (performance.now() - began) / 1000;
  times.sort((one, other) => one - other);
  const at = (share) => Number(times[Math.ceil(total * share) - 1].toFixed(2));
  return { ...counts, requests: total, rps: total / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function asText({ method, path, headers, body = "" }, host) {
  const told = { host, ...headers, ...(body ? { "content-length": Buffer.byteLength(body) } : {}) };
  const lines = Object.entries(told).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

/** One kept connection with one request at a time; a broken one is opened anew for the next. */
class Line {
  constructor(host, port, answered) {
    Object.assign(this, { host, port, answered, start: undefined, socket: undefined });
  }

  ask(text, start) {
    this.start = start;
    this.got = "";
    this.socket ??= this.open();
    this.socket.write(text);
  }

  open() {
    const socket = net.connect(this.port, this.host).setNoDelay(true).setEncoding("latin1").setTimeout(10_000);
    socket.on("data", (part) => this.read(part));
    for (const event of ["error", "timeout", "close"]) socket.on(event, () => this.lose(socket));
    return socket;
  }

  read(part) {
    this.got += part;
    const head = this.got.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.got.slice(0, head))?.[1] ?? 0);
    if (this.got.length >= head + 4 + length) this.end(this.got.startsWith("HTTP/1.1 200") ? "ok" : "other");
  }

  lose(socket) {
    if (this.socket !== socket) return;
    this.socket = undefined;
    socket.destroy();
    this.end("errors");
  }

  end(what) {
    const start = this.start;
    this.start = undefined;
    if (start !== undefined) this.answered(this, what, start);
  }
}

console.log(JSON.stringify(await (options.rate ? paced(options) : flatOut(options))));
process.exit(0);
