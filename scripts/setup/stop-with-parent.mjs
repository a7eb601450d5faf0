// Loaded into a service before its own code: when the process that supervises it is killed, the channel between them closes.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Listening must not keep a service alive that has come to its end.
process.channel?.unref();
