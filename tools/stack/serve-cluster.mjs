// node serve-cluster.mjs <processes> <program> [arguments]: several processes of one server, on one port.
// Prints one line once all of them listen.
import cluster from 'node:cluster';

const [count, exec, ...args] = process.argv.slice(2);
let missing = Number(count);
cluster.setupPrimary({ exec, args, execArgv: [] });
cluster.on('listening', () => {
  missing -= 1;
  if (missing === 0) console.log(`${count} processes listen.`);
});
// One that dies would leave a smaller server behind than was asked for.
cluster.on('exit', () => process.exit(1));
for (let started = 0; started < Number(count); started++) cluster.fork();
