/** What a server under measure tells its parent: where it listens, and whenever it is asked, what it has used. */
export function tellParent(url: string, stop: () => Promise<void>): void {
  if (process.send === undefined) throw new Error('this program is started by npm run bench');
  process.send({ url });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1000, rssMiB: process.memoryUsage.rss() / 2 ** 20 });
  });
  process.once('disconnect', () => {
    void stop().then(() => process.exit(0));
  });
}
