// Asks every audit of GraphQL over HTTP of the server at the address given; a line of JSON for each.
import { serverAudits } from "graphql-http";

const [url] = process.argv.slice(2);

for (const { id, name, fn } of serverAudits({ url, fetchFn: fetch })) {
  const { status, reason } = await fn();
  console.log(JSON.stringify({ name: `${id} ${name}`, failed: status === "ok" ? null : `${status}: ${reason}` }));
}
