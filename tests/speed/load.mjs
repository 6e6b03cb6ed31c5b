// Sends requests from a file and prints what came of it: as fast as they are answered (autocannon), or, with
// `rate`, so many a second, evenly. autocannon sends a second's requests in one burst, so that is done here.
// A request that waits for a free connection has begun: what the server holds up counts.
import autocannon from "autocannon";
import { readFileSync } from "node:fs";
import http from "node:http";

const [file, options] = [process.argv[2], JSON.parse(process.argv[3])];
const requests = file === "-" ? [{ method: "GET" }] : JSON.parse(readFileSync(file, "utf8"));
console.log(JSON.stringify(await (options.rate ? paced(options) : flatOut(options))));

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

function paced({ url, connections, rate, duration }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const total = rate * duration;
  const times = [];
  const counts = { ok: 0, other: 0, errors: 0 };
  const began = performance.now();
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, ((performance.now() - began) / 1000) * rate);
      while (sent < due) ask(requests[sent++ % requests.length]);
      if (sent >= total) clearInterval(timer);
    }, 1);
    function ask({ method, path = "", headers, body }) {
      const start = performance.now();
      let ended = false;
      const end = (what) => {
        if (ended) return;
        ended = true;
        times.push(performance.now() - start);
        counts[what] += 1;
        if (times.length === total) resolve(summed());
      };
      const request = http.request(new URL(path, url), { method, headers, agent, timeout: 10_000 });
      request.on("response", (answer) => {
        answer.resume().on("close", () => end(answer.complete && answer.statusCode === 200 ? "ok" : "other"));
      });
      request.on("timeout", () => request.destroy(new Error("no answer in time")));
      request.on("error", () => end("errors"));
      request.end(body);
    }
  });
  function summed() {
    agent.destroy();
    const seconds = (performance.now() - began) / 1000;
    times.sort((one, other) => one - other);
    const at = (share) => Number(times[Math.ceil(total * share) - 1].toFixed(2));
    return { ...counts, requests: total, rps: total / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
