import { startTestStack, stopTestStack } from './global-stack.js';

// A file of its own and not a `require` of mocha's: that would load it, and every source behind it, a second time as
// CommonJS, and coverage would have two versions of each source under one name.
before(async function startTheStack() {
  this.timeout(300_000);
  await startTestStack();
});

after(async () => {
  await stopTestStack();
});
