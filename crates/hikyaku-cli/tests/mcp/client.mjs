// The client that npm has, unmodified: `node client.mjs http URL TOKEN`, or `node client.mjs stdio PROGRAM`.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [kind, place, token] = process.argv.slice(2);
const client = new Client({ name: "test", version: "1" });
const failures = [];
client.onerror = (error) => failures.push(error);
const transport =
  kind === "stdio"
    ? new StdioClientTransport({ command: place, args: ["mcp"] })
    : new StreamableHTTPClientTransport(new URL(place), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      });
await client.connect(transport);
assert.equal(client.getServerVersion().name, "hikyaku");
const user = client.getInstructions().match(/U[0-9a-f]{32}/)[0];
const { tools } = await client.listTools();
assert.ok(tools.some((tool) => tool.name === "send_message"));
const sent = await client.callTool({ name: "send_message", arguments: { to: user, text: "hello" } });
assert.equal(sent.structuredContent.state, "accepted");
assert.equal(sent.structuredContent.simulated, true);
const refused = await client.callTool({ name: "send_message", arguments: { to: user, text: "" } });
assert.equal(refused.isError, true);
await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }));
await client.ping();
await client.close();
assert.deepEqual(failures, []);
console.log("ok");
