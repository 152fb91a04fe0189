// Holds the subscriptions of the server at the address given against their protocols: frames of
// graphql-transport-ws written by hand, then the clients that others use. A line of JSON for each check.
// The server's tenant has three policy sets already; the checks publish more. ASK and ALL are persisted there.
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createClient as overEvents } from "graphql-sse";
import { createClient as overSocket } from "graphql-ws";
import WebSocket from "ws";

const [http] = process.argv.slice(2);
const address = http.replace(/^http/, "ws");
const PROTOCOL = "graphql-transport-ws";
const PATIENCE = 5_000;

const ALL = 'subscription { policyPublished(since: "2020-01-01T00:00:00Z") { cursor policyVersion } }';
const AFTER = "subscription ($after: String) { policyPublished(after: $after) { cursor policyVersion } }";
const NEWS = "subscription { policyPublished { cursor } }";
const ASK = "{ __typename policyVersion }";

const idOf = (text) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const subscribe = (payload, id = "1") => ({ id, type: "subscribe", payload });

/** A socket whose messages are kept, and waited for. */
class Wire {
  constructor({ protocol = PROTOCOL, ...options } = {}) {
    this.said = [];
    this.closed = null;
    this.socket = new WebSocket(address, protocol, options);
    this.socket.on("message", (data) => this.said.push(JSON.parse(data)));
    this.socket.on("close", (code) => (this.closed ??= code));
    this.socket.on("error", (error) => (this.closed ??= error.message));
    this.opened = new Promise((done) => ["open", "close", "error"].forEach((each) => this.socket.on(each, done)));
  }

  send(message) {
    this.socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  async until(holds) {
    const end = Date.now() + PATIENCE;
    while (!holds() && Date.now() < end) await pause(5);
    if (!holds()) throw new Error(`never came; said ${JSON.stringify(this.said)}, closed ${this.closed}`);
  }

  has(type, id) {
    return this.said.filter((each) => each.type === type && (id === undefined || each.id === id)).length;
  }

  async greet() {
    this.send({ type: "connection_init" });
    await this.until(() => this.has("connection_ack"));
  }
}

async function wired(act, options) {
  const wire = new Wire(options);
  await wire.opened;
  try {
    return await act(wire);
  } finally {
    wire.socket.terminate();
  }
}

const same = (found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${JSON.stringify(found)}`);
};

/** What is no message, or comes at the wrong time, closes the socket with its own code. */
const closing = (code, greets, ...frames) => () =>
  wired(async (wire) => {
    if (greets) await wire.greet();
    for (const frame of frames) wire.send(frame);
    await wire.until(() => wire.closed !== null);
    same(wire.closed, code);
  });

let published = 0;

async function publish() {
  published += 1;
  const text = `party acme "Acme ${published}"\nparty bolt "Bolt"\n`;
  const input = { idempotencyKey: `js ${published}`, files: [{ name: "shop.sla", text }] };
  const query =
    "mutation ($input: PublishPoliciesInput!) { publishPolicies(input: $input) " +
    "{ published { policyVersion } userErrors { message } } }";
  const sent = await fetch(http, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const answer = (await sent.json()).data.publishPolicies;
  same(answer.userErrors, []);
  return answer.published.policyVersion;
}

/** Takes so many events of a client's iterator. */
async function take(events, many) {
  const found = [];
  for await (const { data, errors } of events) {
    if (errors) throw new Error(JSON.stringify(errors));
    found.push(data.policyPublished);
    if (found.length === many) break;
  }
  return found;
}

/** The first events, a break, and what came meanwhile: all of them, once. */
async function resumed(client) {
  const [first] = await take(client().iterate({ query: ALL }), 1);
  const { cursor } = (await take(client().iterate({ query: AFTER, variables: { after: first.cursor } }), 2))[1];
  const versions = [await publish(), await publish()];
  const later = await take(client().iterate({ query: AFTER, variables: { after: cursor } }), 2);
  // Other checks have published before.
  const all = await take(client().iterate({ query: ALL }), 3 + published);
  same(later[0].cursor === all[3].cursor, true);
  same(all.slice(-2).map((each) => each.policyVersion), versions);
  same(new Set(all.map((each) => each.cursor)).size, all.length);
}

const socketClient = () => overSocket({ url: address, webSocketImpl: WebSocket, retryAttempts: 0 });
const eventsClient = () => overEvents({ url: http, retryAttempts: 0 });

const events = (body, more = {}) =>
  fetch(http, {
    method: "POST",
    headers: { accept: "text/event-stream", "content-type": "application/json", ...more },
    body: JSON.stringify(body),
  });

const checks = {
  "connection_init is acknowledged": () => wired((wire) => wire.greet()),
  "an unknown subprotocol is not spoken": () =>
    wired(async (wire) => {
      await wire.until(() => wire.closed !== null);
      if (wire.closed !== 4406 && !/subprotocol/.test(wire.closed)) throw new Error(wire.closed);
    }, { protocol: "another" }),
  "subscribe before the acknowledgement closes with 4401": closing(4401, false, subscribe({ query: ASK })),
  "a second connection_init closes with 4429": closing(4429, true, { type: "connection_init" }),
  "an id that is in use closes with 4409": closing(4409, true, subscribe({ query: NEWS }), subscribe({ query: NEWS })),
  "what is no JSON closes with 4400": closing(4400, false, "no json"),
  "JSON that is nested without end closes with 4400": closing(4400, false, "[".repeat(100_000)),
  "an unknown type closes with 4400": closing(4400, true, { type: "x".repeat(1_000) }),
  "a message without a type closes with 4400": closing(4400, true, {}),
  "a list closes with 4400": closing(4400, true, [1]),
  "null closes with 4400": closing(4400, true, "null"),
  "a binary frame closes with 4400": closing(4400, false, Buffer.from("{}")),
  "subscribe without an id closes with 4400": closing(4400, true, { type: "subscribe", payload: { query: ASK } }),
  "an id that is a number closes with 4400": closing(4400, true, subscribe({ query: ASK }, 7)),
  "an empty id closes with 4400": closing(4400, true, subscribe({ query: ASK }, "")),
  "a payload that is a text closes with 4400": closing(4400, true, subscribe("x")),
  "a payload that is not there closes with 4400": closing(4400, true, { type: "subscribe", id: "1" }),
  "a query that is a number closes with 4400": closing(4400, true, subscribe({ query: 3 })),
  "variables that are a list close with 4400": closing(4400, true, subscribe({ query: ASK, variables: [] })),
  "a message that is too large closes with 1009": closing(1009, true, `"${"x".repeat(1_000_001)}"`),
  "ping is answered, before connection_init too": () =>
    wired(async (wire) => {
      wire.send({ type: "ping" });
      await wire.greet();
      wire.send({ type: "ping", payload: { at: 1 } });
      await wire.until(() => wire.has("pong") === 2);
    }),
  "a subscription gives each event as next": () =>
    wired(async (wire) => {
      await wire.greet();
      wire.send(subscribe({ query: ALL }));
      await wire.until(() => wire.has("next", "1") >= 3);
      same(wire.has("complete"), 0);
    }),
  "what a client completes stops, and its id is free": () =>
    wired(async (wire) => {
      await wire.greet();
      wire.send(subscribe({ query: NEWS }));
      wire.send({ type: "complete", id: "1" });
      wire.send(subscribe({ query: ASK }));
      await wire.until(() => wire.has("complete", "1"));
      await publish();
      wire.send({ type: "ping" });
      await wire.until(() => wire.has("pong"));
      same(wire.said.map((each) => each.type), ["connection_ack", "next", "complete", "pong"]);
    }),
  "to complete what is not there does nothing": () =>
    wired(async (wire) => {
      await wire.greet();
      wire.send({ type: "complete", id: "never" });
      wire.send({ type: "ping" });
      await wire.until(() => wire.has("pong"));
    }),
  "a query gives next, then complete": () =>
    wired(async (wire) => {
      await wire.greet();
      wire.send(subscribe({ query: ASK }, "q"));
      await wire.until(() => wire.has("complete", "q"));
      same(wire.said.slice(1).map((each) => each.type), ["next", "complete"]);
    }),
  ...Object.fromEntries(
    Object.entries({
      "an unknown field": ["{ nope }", "GRAPHQL_VALIDATION_FAILED"],
      "a syntax error": ["{", "GRAPHQL_PARSE_FAILED"],
      "an empty document": ["", "GRAPHQL_PARSE_FAILED"],
      "two fields in a subscription": [`subscription { a: ${NEWS.slice(15, -2)} b: ${NEWS.slice(15, -2)} }`, "GRAPHQL_VALIDATION_FAILED"],
      "a document that is nested too deep": [`${"{ a".repeat(60)}${"}".repeat(60)}`, "LIMIT_EXCEEDED"],
    }).map(([what, [query, code]]) => [
      `${what} is an error of its operation, and the socket stays`,
      () =>
        wired(async (wire) => {
          await wire.greet();
          wire.send(subscribe({ query }, "e"));
          await wire.until(() => wire.has("error", "e"));
          same(wire.said.at(-1).payload[0].extensions.code, code);
          wire.send(subscribe({ query: ASK }, "e"));
          await wire.until(() => wire.has("complete", "e"));
        }),
    ]),
  ),
  "a page of another origin is refused": () =>
    wired(async (wire) => {
      await wire.until(() => wire.closed !== null);
      same(/403/.test(wire.closed), true);
    }, { origin: "http://evil.example" }),
  "a page of the same origin is let in": () => wired((wire) => wire.greet(), { origin: http.replace("/graphql", "") }),
  "graphql-ws goes on after a break": () => resumed(socketClient),
  "graphql-ws is told at once": async () => {
    const news = take(socketClient().iterate({ query: AFTER.replace("($after: String)", "").replace("(after: $after)", "") }), 1);
    await pause(300);
    const version = await publish();
    same((await news)[0].policyVersion, version);
  },
  "graphql-sse goes on after a break": () => resumed(eventsClient),
  "graphql-ws asks a persisted document, and hears of its events": async () => {
    for await (const { data } of socketClient().iterate({ query: "", documentId: idOf(ASK) })) same(data.__typename, "Query");
    same((await take(socketClient().iterate({ query: "", documentId: idOf(ALL) }), 3)).length, 3);
  },
  "graphql-sse asks a persisted document, and hears of its events": async () => {
    for await (const { data } of eventsClient().iterate({ documentId: idOf(ASK) })) same(data.__typename, "Query");
    same((await take(eventsClient().iterate({ documentId: idOf(ALL) }), 3)).length, 3);
  },
  "an id that is not known is an error of its operation": async () => {
    for (const client of [socketClient(), eventsClient()]) {
      let errors;
      try {
        for await (const answer of client.iterate({ query: "", documentId: idOf("nobody") })) errors = answer.errors;
      } catch (refused) {
        errors = refused;
      }
      same(errors[0].extensions.code, "NOT_PERSISTED");
    }
  },
  "graphql-sse asks a query": async () => {
    for await (const { data } of eventsClient().iterate({ query: ASK })) same(data.__typename, "Query");
  },
  "an event stream ends with complete": async () => {
    const answer = await events({ query: ASK });
    same(answer.status, 200);
    same(answer.headers.get("content-type").split(";")[0], "text/event-stream");
    const [next, complete] = (await answer.text()).trim().split("\r\n\r\n");
    same(JSON.parse(next.split("data: ")[1]).data.__typename, "Query");
    same(/^event: next/.test(next) && /^event: complete/.test(complete), true);
  },
  "an event stream is had by GET, too": async () => {
    const answer = await fetch(`${http}?query=${encodeURIComponent(ALL)}`, { headers: { accept: "text/event-stream" } });
    const reader = answer.body.getReader();
    same(/^event: next/.test(new TextDecoder().decode((await reader.read()).value)), true);
    await reader.cancel();
  },
  "what never ran is told in the event stream": async () => {
    const text = await (await events({ query: "{ nope }" })).text();
    same(JSON.parse(text.split("data: ")[1].split("\r\n")[0]).errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  },
  "nothing is kept by GET of an event stream": async () => {
    const query = 'mutation { retractFact(input: {idempotencyKey: "g", kind: "outage", key: "o"}) { userErrors { code } } }';
    const answer = await fetch(`${http}?query=${encodeURIComponent(query)}`, { headers: { accept: "text/event-stream" } });
    same(answer.status, 405);
  },
};

for (const [name, check] of Object.entries(checks)) {
  const why = await Promise.race([check().then(() => null, (error) => error.message), pause(10_000, "took too long", { ref: false })]);
  console.log(JSON.stringify({ name, failed: why ?? null }));
}
process.exit(0);
