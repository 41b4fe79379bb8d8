// The test process holds the other end of standard input: when it dies, however it dies, so does the emulator.
process.stdin.on('end', () => process.exit()).resume();
