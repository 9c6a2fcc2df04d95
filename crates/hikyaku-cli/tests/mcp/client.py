"""The client that PyPI has, unmodified: `client.py http URL`, or `client.py stdio PROGRAM`."""

import asyncio
import re
import sys

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError


async def main(kind: str, place: str, mode: str) -> None:
    where = place if kind == "http" else stdio_client(StdioServerParameters(command=place, args=["mcp"]))
    async with Client(where, mode=mode) as client:
        revision = client.protocol_version
        assert (revision == "2026-07-28") == (mode == "auto"), revision
        assert client.server_info.name == "hikyaku"
        user = re.search("U[0-9a-f]{32}", client.instructions).group()
        tools = (await client.list_tools()).tools
        assert "send_message" in [tool.name for tool in tools]
        sent = await client.call_tool("send_message", {"to": user, "text": "hello"})
        assert sent.structured_content["state"] == "accepted", sent
        refused = await client.call_tool("send_message", {"to": user, "text": ""})
        assert refused.is_error
        try:
            await client.call_tool("no_such_tool", {})
        except MCPError as error:
            assert "no tool" in str(error), error
        else:
            raise AssertionError("the unknown tool was called")
    print("ok", revision)


asyncio.run(main(*sys.argv[1:]))
