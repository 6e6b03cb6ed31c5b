// Sends requests from a file at a constant rate (or as fast as they are answered) and prints what came of it.
// A late answer also counts for the requests that it held up: autocannon corrects for coordinated omission
// wherever a rate is given.
import autocannon from "autocannon";
import { readFileSync } from "node:fs";

const [file, options] = [process.argv[2], JSON.parse(process.argv[3])];
const requests = file === "-" ? undefined : JSON.parse(readFileSync(file, "utf8"));
const latencies = { p50: "p50", "p97.5": "p97_5", p99: "p99" }; // it counts no 95th percentile
const result = await autocannon({ ...options, requests, timeout: 10 });
console.log(
  JSON.stringify({
    rps: result.requests.average,
    requests: result.requests.total,
    ok: result["2xx"],
    other: result.non2xx,
    errors: result.errors,
    seconds: result.duration,
    ...Object.fromEntries(Object.entries(latencies).map(([name, from]) => [name, result.latency[from]])),
  }),
);
