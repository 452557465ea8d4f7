/**
 * Loaded into a model's process before its script. It gives the process what a container would have: it ends together with the stage, also
 * when that is killed, and its port can be reached from this machine only.
 */
import net from 'node:net';

process.on('disconnect', () => process.exit(0));
// A script that ends by itself must not be kept alive by the channel.
process.channel?.unref();

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenLocally(this: net.Server, ...given: unknown[]): net.Server {
  const [port, ...rest] = given;
  const named = typeof port !== 'number' || typeof rest[0] === 'string';
  return Reflect.apply(listen, this, named ? given : [port, '127.0.0.1', ...rest]) as net.Server;
};
