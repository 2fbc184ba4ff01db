// Loaded before a server that a tool starts: its standard input is a pipe from that tool, and ends when the tool does.
process.stdin.once('end', () => process.exit());
process.stdin.resume();
process.stdin.unref?.();
